from datetime import datetime, timedelta

from odoo.tests import Form, freeze_time
from odoo.tools import mute_logger

from .common import AftersalesCommon, feature

MONDAY = datetime(2026, 3, 2, 8, 0, 0)


class TestSignals(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calendar = cls.env["resource.calendar"].create(
            {"name": "Test Week", "company_id": cls.company.id, "tz": "UTC"}
        )
        # Monday to Friday, 8 to 12 and 13 to 17
        cls.company.resource_calendar_id = calendar
        cls.type_complaint.write({"max_days_open": 0, "max_changes": 0})
        cls.type_complaint.link_ids.max_hours = 0

    def _link(self, stage):
        return self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == stage
        )

    def _case(self, at=MONDAY, **vals):
        with freeze_time(at):
            return self._new_case(user_id=self.agent.id, **vals)

    def _run(self, moment):
        self.env.flush_all()
        with freeze_time(moment), self.enter_registry_test_mode():
            self.env.ref("aftersales_case.cron_signals").method_direct_trigger()
        self.env.invalidate_all()

    def _attention(self, case, moment):
        """Return what the case shows at a moment, and check that the search agrees."""
        with freeze_time(moment):
            self.env.invalidate_all()
            keys = case._get_attentions()
            for key, _label in case._fields["attention"].selection:
                found = case.search([("attention", "=", key), ("id", "=", case.id)])
                self.assertEqual(bool(found), key in keys, key)
            quiet = case.search([("attention", "=", False), ("id", "=", case.id)])
            self.assertEqual(bool(quiet), not keys)
            return keys

    def _notices(self, user):
        return self.env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("notified_partner_ids", "in", user.partner_id.ids),
                ("subject", "ilike", "attention"),
            ]
        )

    @feature("I2-28", "P-57")
    def test_too_long_in_stage_in_working_time(self):
        """Ten working hours from Friday afternoon end on Tuesday morning."""
        self._link(self.stage_new).max_hours = 10
        friday = MONDAY + timedelta(days=4, hours=8)  # 16:00
        case = self._case(friday)
        self._run(friday + timedelta(minutes=10))
        tuesday = MONDAY + timedelta(days=8)
        self.assertEqual(case.stage_due_at, tuesday + timedelta(hours=1))
        self.assertEqual(self._attention(case, tuesday), [])
        self.assertEqual(self._attention(case, tuesday + timedelta(hours=2)), ["stage"])
        with freeze_time(tuesday + timedelta(hours=2)):
            case.invalidate_recordset()
            self.assertEqual(case.attention_text, "Too long in its stage (3 d)")

    def test_holidays_of_another_company(self):
        """Open too long counts with the case's own holidays, not with the neighbour's.

        Both companies work by one calendar, and the job that plans reads all leaves.
        """
        calendar = self.company.resource_calendar_id
        calendar.company_id = False
        neighbour = self.env["res.company"].create({"name": "Neighbour"})
        self.type_complaint.max_days_open = 2
        case = self._case()
        for company, day in ((neighbour, 3), (neighbour, 4), (self.company, 4)):
            start = datetime(2026, 3, day)
            self._new_holiday(calendar, company, start, start + timedelta(hours=23))
        self._run(MONDAY + timedelta(minutes=10))
        # Tuesday is the first working day after, Wednesday our own holiday.
        self.assertEqual(case.open_due_at, datetime(2026, 3, 5, 8))
        self.type_complaint.max_days_open = 3
        self._run(MONDAY + timedelta(minutes=20))
        self.assertEqual(case.open_due_at, datetime(2026, 3, 6, 8))

    @feature("P-57")
    def test_waiting_too_long(self):
        """In a waiting stage the same limit reads: waiting too long."""
        self._link(self.stage_wait_supplier).max_hours = 8
        case = self._case()
        with freeze_time(MONDAY + timedelta(days=1)):
            case.stage_id = self.stage_wait_supplier
        self._run(MONDAY + timedelta(days=1, hours=1))
        self.assertEqual(self._attention(case, MONDAY + timedelta(days=1, hours=8)), [])
        self.assertEqual(
            self._attention(case, MONDAY + timedelta(days=1, hours=9)), ["waiting"]
        )
        # Going on ends it at once, before any job has run.
        with freeze_time(MONDAY + timedelta(days=2)):
            case.stage_id = self.stage_progress
        self.assertEqual(self._attention(case, MONDAY + timedelta(days=2)), [])

    @feature("I2-28")
    def test_open_too_long(self):
        """The type says for how many working days a case may be open."""
        self.type_complaint.max_days_open = 5
        case = self._case(reported_at=MONDAY)
        self._run(MONDAY + timedelta(hours=1))
        monday = MONDAY + timedelta(days=7)
        self.assertEqual(self._attention(case, monday - timedelta(hours=1)), [])
        self.assertEqual(self._attention(case, monday), ["open"])
        self._complete(case)
        with freeze_time(monday):
            case.stage_id = self.stage_solved
        self.assertEqual(self._attention(case, monday + timedelta(days=9)), [])

    @feature("I2-28")
    def test_days_of_unequal_length(self):
        """A working day is a day, however short: Friday counts though it ends at noon."""
        calendar = self.company.resource_calendar_id
        friday = calendar.attendance_ids.filtered(lambda line: line.dayofweek == "4")
        friday.filtered(lambda line: line.hour_from >= 12).unlink()
        self.type_complaint.max_days_open = 5
        case = self._case(reported_at=MONDAY + timedelta(hours=8))
        self._run(MONDAY + timedelta(hours=9))
        self.assertEqual(case.open_due_at, MONDAY + timedelta(days=7, hours=8))

    @mute_logger("odoo.addons.aftersales_case.models.case.aftersales_job_mixin")
    def test_calendar_that_counts_nothing(self):
        """Flexible or broken hours are told on their cases; the others are planned."""
        self.type_complaint.max_days_open = 1
        calendars = self.env["resource.calendar"].create(
            [
                {"name": "Flexible Week", "schedule_type": "flexible"},
                {"name": "Broken Week", "attendance_ids": False},
                {"name": "Empty Week", "attendance_ids": False},
            ]
        )
        self.env["resource.calendar.attendance"].create(
            {
                "name": "Until tomorrow",
                "calendar_id": calendars[1].id,
                "dayofweek": "0",
                "hour_from": 22,
                "hour_to": 30,
            }
        )
        for calendar, told in zip(
            calendars,
            ("Flexible Week are flexible", "times of Broken Week", "in Empty Week"),
            strict=True,
        ):
            with self.subTest(calendar.name):
                team = self.team.copy(
                    {"name": calendar.name, "resource_calendar_id": calendar.id}
                )
                case = self._case(team_id=team.id)
                fine = self._case()
                self._run(MONDAY + timedelta(minutes=10))
                self.assertEqual(fine.open_due_at, MONDAY + timedelta(days=1))
                self.assertFalse(case.open_due_at)
                notes = " ".join(case.activity_ids.mapped("note"))
                self.assertIn(told, notes)
                self.assertTrue(case.history_html)

    @feature("P-57")
    def test_bouncing(self):
        """Three changes of hands within seven days are a signal, until they are past."""
        self.type_complaint.write({"max_changes": 3, "changes_days": 7})
        case = self._case()
        for day, user in enumerate((self.agent2, self.agent, self.leader), start=1):
            self.assertEqual(self._attention(case, MONDAY + timedelta(days=day)), [])
            with freeze_time(MONDAY + timedelta(days=day)):
                case.user_id = user
        self._run(MONDAY + timedelta(days=3, hours=1))
        self.assertEqual(
            self._attention(case, MONDAY + timedelta(days=3, hours=2)), ["bouncing"]
        )
        self.assertEqual(self._attention(case, MONDAY + timedelta(days=8)), [])

    @feature("I2-28", "P-57")
    def test_announced_once_to_responsible_and_leader(self):
        """One message per receiver and run names all cases; a second run says nothing."""
        self._link(self.stage_new).max_hours = 8
        cases = self._case() | self._case() | self._case()
        self._run(MONDAY + timedelta(hours=1))
        self.assertFalse(self._notices(self.agent))
        late = MONDAY + timedelta(days=1, hours=1)
        self._run(late)
        for user in (self.agent, self.leader):
            notice = self._notices(user)
            self.assertEqual(len(notice), 1, user.name)
            self.assertEqual(notice.subject, "3 cases need attention")
            for case in cases:
                self.assertIn(case.number, notice.body)
        events = cases.event_ids.filtered(lambda event: event.kind == "signal")
        self.assertEqual(events.mapped("reason"), ["stage"] * 3)
        self._run(late + timedelta(hours=1))
        self._run(late + timedelta(days=2))
        self.assertEqual(len(self._notices(self.agent)), 1)
        self.assertEqual(len(self._notices(self.leader)), 1)

    @feature("P-57")
    def test_next_stay_is_announced_again(self):
        """The memory holds for one stay in a stage."""
        self._link(self.stage_new).max_hours = 8
        self._link(self.stage_wait_supplier).max_hours = 8
        case = self._case()
        day = timedelta(days=1)
        self._run(MONDAY + 2 * day)
        with freeze_time(MONDAY + 2 * day):
            case.stage_id = self.stage_wait_supplier
        self._run(MONDAY + 2 * day)
        self.assertEqual(len(self._notices(self.agent)), 1)
        self._run(MONDAY + 4 * day)
        self.assertEqual(len(self._notices(self.agent)), 2)
        self.assertIn("Waiting too long", self._notices(self.agent)[0].body)

    @feature("P-57")
    def test_second_stay_in_the_same_stage_is_announced_again(self):
        """Back in a stage in which it was late before, it is late anew, and told once."""
        self._link(self.stage_wait_supplier).max_hours = 8
        day, hour = timedelta(days=1), timedelta(hours=1)
        case = self._case()
        with freeze_time(MONDAY):
            case.stage_id = self.stage_wait_supplier
        self._run(MONDAY + hour)
        self._run(MONDAY + 2 * day)
        self.assertEqual(len(self._notices(self.agent)), 1)
        with freeze_time(MONDAY + 2 * day):
            case.stage_id = self.stage_progress
        with freeze_time(MONDAY + 2 * day + hour):
            case.stage_id = self.stage_wait_supplier
        self._run(MONDAY + 2 * day + 2 * hour)
        self.assertEqual(len(self._notices(self.agent)), 1, "not late yet")
        for later in (4 * day, 5 * day):
            self._run(MONDAY + later)
            self.assertEqual(len(self._notices(self.agent)), 2)
        reasons = case.event_ids.filtered(lambda e: e.kind == "signal").mapped("reason")
        self.assertEqual(reasons, ["waiting", "waiting"])

    @feature("I2-28", "P-57")
    def test_each_reason_of_one_stay_is_announced(self):
        """A case that was told to be late in its stage is told to be open too long, too."""
        self._link(self.stage_new).max_hours = 8
        self.type_complaint.max_days_open = 5
        case = self._case(reported_at=MONDAY)
        day = timedelta(days=1)
        self._run(MONDAY + timedelta(hours=1))
        for later, told in ((2 * day, 1), (3 * day, 1), (8 * day, 2), (9 * day, 2)):
            self._run(MONDAY + later)
            self.assertEqual(len(self._notices(self.agent)), told, later)
        reasons = case.event_ids.filtered(lambda e: e.kind == "signal").mapped("reason")
        self.assertEqual(sorted(reasons), ["open", "stage"])

    def test_changed_limits_are_planned_anew(self):
        """A limit that a manager changes counts for the cases that are open already."""
        case = self._case()
        self._run(MONDAY)
        self.assertFalse(case.stage_due_at)
        with Form(self._as(self.manager, self._link(self.stage_new))) as form:
            form.max_hours = 2
        self.env.invalidate_all()
        self.assertFalse(case.signals_planned_at)
        self._run(MONDAY)
        self.assertEqual(case.stage_due_at, MONDAY + timedelta(hours=2))
        written = case.write_date
        self._run(MONDAY + timedelta(days=2))
        self.assertEqual(case.write_date, written, "nobody changed the case")

    def test_stay_that_a_sibling_tells(self):
        """Where another clock tells of a stay, nobody is told of it twice."""
        self._link(self.stage_new).max_hours = 8
        told = self.type_complaint.link_ids - self._link(self.stage_new)
        self.patch(
            self.registry["aftersales.type.stage"],
            "_get_signal_hours",
            lambda link: link.max_hours if link in told else 0,
        )
        case = self._case()
        self._run(MONDAY + timedelta(days=2))
        self.assertFalse(case.stage_due_at)
        self.assertEqual(self._attention(case, MONDAY + timedelta(days=2)), [])
        self.assertFalse(self._notices(self.agent))

    def test_one_bad_case_stops_no_other(self):
        """A case whose plan fails gets one activity; the others are planned."""
        bad, good = self._case(), self._case()
        self._link(self.stage_new).max_hours = 8
        plan = type(bad)._plan_signals

        def fail(cases):
            if bad in cases:
                raise ValueError("broken")
            return plan(cases)

        self.patch(type(bad), "_plan_signals", fail)
        with self.assertLogs("odoo.addons.aftersales_case", "ERROR"):
            self._run(MONDAY)
        self._run(MONDAY)
        self.assertTrue(good.stage_due_at)
        failed = bad.activity_ids.filtered(
            lambda a: a.summary == "A scheduled job failed"
        )
        self.assertEqual(len(failed), 1)

    def test_announcing_hides_no_failed_plan(self):
        """What one job still cannot do stays told, though it does another thing."""
        case = self._case()
        self._link(self.stage_new).max_hours = 8
        self._run(MONDAY)
        plan = type(case)._plan_signals

        def fail(cases):
            raise ValueError("broken")

        self.patch(type(case), "_plan_signals", fail)
        with self.assertLogs("odoo.addons.aftersales_case", "ERROR"):
            self._run(MONDAY + timedelta(days=2))
        failed = case.activity_ids.filtered("aftersales_job")
        self.assertEqual(len(failed), 1)
        self.assertIn("broken", failed.note)
        announced = case.event_ids.filtered(lambda event: event.kind == "signal")
        self.assertTrue(announced)
        self.patch(type(case), "_plan_signals", plan)
        self._run(MONDAY + timedelta(days=4))
        self.assertFalse(case.activity_ids.filtered("aftersales_job"))

    def test_planning_costs_the_same(self):
        """Forty cases are planned with as many queries as two."""
        self._link(self.stage_new).max_hours = 8
        counts = []
        for number in (2, 2, 40):
            with freeze_time(MONDAY):
                cases = self.env["aftersales.case"].create(
                    [
                        {
                            "name": f"Case {index}",
                            "type_id": self.type_complaint.id,
                            "user_id": self.agent.id,
                        }
                        for index in range(number)
                    ]
                )
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            cases._plan_signals()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[1], counts[2], counts)

    @feature("B4-18")
    def test_head_counts_what_is_in_progress_over_a_week(self):
        """The overview of types says how many cases are in progress over a week."""
        old = MONDAY - timedelta(days=20)
        self._case(reported_at=old)  # still new
        case = self._case(reported_at=old)
        case.stage_id = self.stage_progress
        self._case(reported_at=MONDAY).stage_id = self.stage_progress
        with freeze_time(MONDAY + timedelta(days=3)):
            as_leader = self._as(self.leader, self.type_complaint)
            as_leader.invalidate_recordset()
            self.assertEqual(as_leader.week_case_count, 1)
            action = as_leader.action_open_over_a_week()
            view = self.env.ref("aftersales_case.aftersales_case_view_search")
            self.assertIn('name="progress_over_a_week"', view.arch)
            self.assertTrue(action["context"]["search_default_progress_over_a_week"])
            found = as_leader.env["aftersales.case"].search(
                [("type_id", "=", as_leader.id)] + list(case._get_over_a_week_domain())
            )
            self.assertEqual(found, case)
