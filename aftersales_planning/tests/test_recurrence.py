from datetime import date, datetime, timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import feature

from ..const import CANCELLED, ORIGIN_RECURRENCE, PLANNED, TO_PLAN
from .common import MONDAY, PlanningCommon, at

JOBS = "odoo.addons.aftersales_case.models.case.aftersales_job_mixin"


class RecurrenceCommon(PlanningCommon):
    """Agreements with a customer in Amsterdam; it is Monday, 2 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site.tz = "Europe/Amsterdam"
        cls.env["aftersales.visit.recurrence"].search([]).active = False

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(MONDAY))

    def _agree(self, **vals):
        return self.env["aftersales.visit.recurrence"].create(
            {
                "name": "Maintenance",
                "company_id": self.company.id,
                "user_id": self.leader.id,
                "partner_id": self.customer.id,
                "site_id": self.site.id,
                "type_id": self.type_service.id,
                "frequency": "WEEKLY",
                "date_start": MONDAY.date(),
                "time_of_day": 9,
                "duration": 2,
                "days_ahead": 14,
                **vals,
            }
        )

    def _run(self, moment=None):
        """Let the job run, as on a day."""
        with freeze_time(moment or datetime.now()), self.enter_registry_test_mode():
            cron = self.env.ref("aftersales_planning.cron_recurrences")
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def _days(self, recurrence):
        """Return the days of the visits made, as the rule names them."""
        return [
            f"{day.day}.{day.month}."
            for day in sorted(recurrence.visit_ids.mapped("occurrence_date"))
        ]


@tagged("post_install", "-at_install")
class TestRecurrence(RecurrenceCommon):
    """What is agreed comes back in time, once, and each on its own."""

    @feature("P-31")
    def test_agreed_in_a_form(self):
        """A planner agrees in a form and sees the next days before he saves."""
        form = Form(self._as(self.leader)["aftersales.visit.recurrence"])
        form.name = "Boiler"
        form.partner_id = self.customer
        self.assertEqual(form.site_id, self.site)
        form.type_id = self.type_service
        form.frequency = "MONTHLY"
        form.monthday = 31
        form.date_start = date(2026, 3, 1)
        for text in (
            "Tuesday, 31 March 2026",
            "Thursday, 30 April 2026",
            "Monday, 1 June 2026",
            "instead of Sunday, 31 May 2026",
        ):
            self.assertIn(text, form.next_html)
        self.assertIn("From 08:00 on, time of Europe/Amsterdam", form.next_html)
        form.short_months = "skip"
        self.assertNotIn("30 April", form.next_html)
        form.when_closed = "before"
        self.assertIn("Friday, 29 May 2026", form.next_html)
        self.assertEqual(form.next_html.count("<tr>"), 12)
        boiler = form.save()
        self.assertEqual(boiler.rule, "FREQ=MONTHLY;BYMONTHDAY=31")
        self.assertEqual(boiler.next_date, date(2026, 3, 31))

    @feature("P-31")
    def test_made_ahead_with_their_cases(self):
        """Each visit is there some days before, with a case and what it asks for."""
        skill_type = self.env["hr.skill.type"].create(
            {
                "name": "Machines",
                "skill_ids": [Command.create({"name": "Boilers"})],
                "skill_level_ids": [
                    Command.create({"name": "Expert", "level_progress": 80})
                ],
            }
        )
        skill, level = skill_type.skill_ids, skill_type.skill_level_ids
        product = self.env["product.product"].create(
            {"name": "B3", "is_storable": True, "tracking": "serial"}
        )
        lot = self.env["stock.lot"].create(
            {"name": "B3-0188", "product_id": product.id, "company_id": self.company.id}
        )
        agreed = self._agree(
            contract="SV-014",
            note="Clean <b>all</b>",
            checklist="Pressure\n\n  Filter ",
            contact_id=self.contact.id,
            product_id=product.id,
            lot_id=lot.id,
            wish_id=self.tina.id,
            tolerance_days=2,
            skill_ids=[
                Command.create({"skill_id": skill.id, "level_id": level.id}),
            ],
        )
        self.env["res.lang"]._activate_lang("nl_NL")
        self.contact.lang = "nl_NL"
        self._run()
        self.assertEqual(self._days(agreed), ["2.3.", "9.3.", "16.3."])
        self.assertEqual(agreed.made_on, MONDAY.date())
        visit = agreed.visit_ids.sorted("occurrence_date")[1]
        self.assertEqual(
            (visit.state, visit.origin, visit.site_id, visit.wish_id, visit.duration),
            (TO_PLAN, ORIGIN_RECURRENCE, self.site, self.tina, 2),
        )
        # Nine o'clock in Amsterdam; two days of grace end at midnight there.
        self.assertEqual(visit.earliest, datetime(2026, 3, 9, 8))
        self.assertEqual(visit.latest, datetime(2026, 3, 11, 23))
        self.assertTrue(visit.latest_by_hand)
        self.assertEqual(
            (visit.skill_ids.skill_id, visit.skill_ids.level_id), (skill, level)
        )
        case = visit.case_id
        self.assertEqual(case.name, "Maintenance, 9 mrt 2026")
        self.assertEqual(
            (case.type_id, case.partner_id, case.contact_id, case.site_id),
            (self.type_service, self.customer, self.contact, self.customer),
        )
        self.assertEqual(case.date_deadline, visit.latest)
        self.assertEqual((case.product_ids, case.line_ids.lot_id), (product, lot))
        self.assertEqual(
            case.description,
            "<p>Clean &lt;b&gt;all&lt;/b&gt;</p><p>Contract: SV-014</p>",
        )
        self.assertEqual(case.checklist_ids.mapped("name"), ["Pressure", "Filter"])
        self.assertEqual(case.reporter_id, self.leader.partner_id)

    @feature("P-31")
    def test_twice_makes_none(self):
        """However often the job runs, a day has one visit; the database holds it."""
        agreed = self._agree()
        self._run()
        first = agreed.visit_ids
        self._run()
        self._run(at(hours=3))
        self._as(self.leader, agreed).action_make_visits()
        self.assertEqual(agreed.visit_ids, first)
        self._run(at(days=7))
        self.assertEqual(self._days(agreed), ["2.3.", "9.3.", "16.3.", "23.3."])
        with (
            mute_logger("odoo.sql_db"),
            self.assertRefused(UniqueViolation, "occurrence_uniq"),
        ):
            first[1].sudo().occurrence_date = first[0].occurrence_date

    @feature("P-31")
    def test_over_both_changes_of_clocks(self):
        """Nine o'clock at the customer's stays nine o'clock there."""
        for first, hours in (
            (date(2026, 3, 23), [8, 7]),
            (date(2026, 10, 19), [7, 8]),
        ):
            agreed = self._agree(date_start=first, days_ahead=10)
            self._run(datetime.combine(first, datetime.min.time()))
            visits = agreed.visit_ids.sorted("occurrence_date")
            self.assertEqual([visit.earliest.hour for visit in visits], hours)
            ends = [(visit.latest - visit.earliest) for visit in visits]
            self.assertEqual(ends, [timedelta(hours=15)] * 2)

    @feature("P-31")
    def test_day_of_the_place(self):
        """Whether it is today is asked at the place of work."""
        self.site.tz = "Pacific/Auckland"
        agreed = self._agree(date_start=date(2026, 3, 3), days_ahead=0)
        self._run(datetime(2026, 3, 2, 10))
        self.assertFalse(agreed.visit_ids)
        self._run(datetime(2026, 3, 2, 11, 30))
        self.assertEqual(self._days(agreed), ["3.3."])
        self.assertEqual(agreed.visit_ids.earliest, datetime(2026, 3, 2, 20))

    @feature("P-31")
    def test_moved_and_cancelled_stay(self):
        """What people did with a visit is no business of the agreement."""
        agreed = self._agree()
        self._run()
        one, two, three = agreed.visit_ids.sorted("occurrence_date")
        self._book(two, at(days=9))
        three.action_cancel()
        self._run(at(days=1))
        self.assertEqual(agreed.visit_ids, one | two | three)
        self.assertEqual(
            (two.start, two.state, three.state), (at(days=9), PLANNED, CANCELLED)
        )
        with self.assertRefused(UserError, "would be made again. Cancel it instead"):
            self._as(self.manager, one).unlink()
        copied = one.copy()
        self.assertFalse(copied.recurrence_id)
        self.assertEqual(copied.origin, "planner")

    @feature("P-31")
    def test_holidays(self):
        """A day without work moves a visit, or leaves it out."""
        self._new_holiday(self.calendar, self.company, at(-9, 7), at(14, 7))
        for when_closed, expected in (
            ("keep", [2, 9, 16]),
            ("before", [2, 6, 16]),
            ("after", [2, 10, 16]),
            ("skip", [2, 16]),
        ):
            with self.subTest(when_closed):
                agreed = self._agree(when_closed=when_closed)
                self._run()
                days = sorted(visit.earliest.day for visit in agreed.visit_ids)
                self.assertEqual(days, expected)
                # Moved, and yet the same one: it is not made again.
                self._run(at(days=1))
                self.assertEqual(len(agreed.visit_ids), len(expected))

    def test_holidays_of_another_company(self):
        """They keep nobody of ours from working."""
        other = self.env["res.company"].create({"name": "Other"})
        self._new_holiday(self.calendar, other, at(-9, 7), at(14, 7))
        agreed = self._agree()
        self._run()
        days = sorted(visit.earliest.day for visit in agreed.visit_ids)
        self.assertEqual(days, [2, 9, 16])

    def test_hours_that_cannot_be_read(self):
        """Broken or missing hours of the company move no visit."""
        agreed = self._agree(frequency="MONTHLY", monthday=7, days_ahead=7)
        self.env["resource.calendar.attendance"].create(
            {
                "name": "Until tomorrow",
                "calendar_id": self.calendar.id,
                "dayofweek": "0",
                "hour_from": 22,
                "hour_to": 30,
            }
        )
        self.assertEqual(agreed.next_date, date(2026, 3, 7))
        self.company.resource_calendar_id = False
        self.env.invalidate_all()
        self.assertEqual(agreed.next_date, date(2026, 3, 7))

    @feature("P-31")
    def test_paused_and_ended(self):
        """From a date on it pauses or ends; what was made for later is called off."""
        agreed = self._agree()
        self._run()
        one, two, three = agreed.visit_ids.sorted("occurrence_date")
        self._book(three, at(days=14))
        with Form(self._as(self.leader, agreed)) as form:
            form.pause_from = date(2026, 3, 5)
            form.pause_to = date(2026, 3, 12)
        self.assertEqual(agreed.surplus_count, 1)
        self._as(self.leader, agreed).action_cancel_surplus()
        self.assertEqual((one.state, two.state), (TO_PLAN, CANCELLED))
        self.assertEqual(two.case_id.state, "cancelled")
        agreed.write({"pause_from": False, "pause_to": False, "date_end": at(days=10)})
        self.assertEqual(agreed.surplus_count, 1)
        self._as(self.leader, agreed).action_cancel_surplus()
        self.assertEqual(three.state, CANCELLED)
        self.assertFalse(three.crew_ids.filtered("is_blocking"))
        self._run(at(days=12))
        self.assertEqual(agreed.visit_ids, one | two | three)
        with freeze_time(at(days=12)):
            self.env.invalidate_all()
            self.assertEqual(agreed.state, "ended")

    def test_changed_rule(self):
        """Visits of the old rule are told, and called off when somebody says so."""
        agreed = self._agree()
        self._run()
        agreed.on_we = True
        self.assertEqual(agreed.surplus_count, 3)
        self._run(at(days=1))
        self.assertEqual(len(agreed.visit_ids), 5)
        kept = agreed.visit_ids.filtered(lambda one: one.occurrence_date.weekday() == 2)
        self._visit(agreed.visit_ids.sorted("occurrence_date")[0].case_id)
        agreed.action_cancel_surplus()
        self.assertEqual(set(kept.mapped("state")), {TO_PLAN})
        others = agreed.visit_ids - kept
        self.assertEqual(set(others.mapped("state")), {CANCELLED})
        # A case with another visit goes on.
        self.assertEqual(len(others.case_id.filtered("is_open")), 1)

    def test_states(self):
        """What the state says is what is found by it."""
        table = {
            "running": self._agree(),
            "to_come": self._agree(date_start=at(days=1)),
            "paused": self._agree(pause_from=at(), pause_to=at()),
            "ended": self._agree(date_start=at(days=-9), date_end=at(days=-1)),
        }
        every = self.env["aftersales.visit.recurrence"].union(*table.values())
        for state, agreed in table.items():
            self.assertEqual(agreed.state, state)
            found = every.search([("state", "=", state), ("id", "in", every.ids)])
            self.assertEqual(found, agreed)
            found = every.search([("state", "!=", state), ("id", "in", every.ids)])
            self.assertEqual(found, every - agreed)

    @feature("P-31")
    def test_overdue(self):
        """What should have been done by now stands out."""
        late, done = self._agree(), self._agree(tolerance_days=9)
        self._run()
        every = self._as(self.agent, late | done)
        self.assertFalse(any(every.mapped("is_overdue")))
        with freeze_time(at(days=2)):
            self.env.invalidate_all()
            self.assertEqual(every.mapped("overdue_count"), [1, 0])
            found = every.search([("is_overdue", "=", True)])
            self.assertEqual(found, self._as(self.agent, late))
            rest = every.search([("is_overdue", "=", False)])
            self.assertEqual(rest, self._as(self.agent, done))
            visit = late.visit_ids.sorted("occurrence_date")[0]
            self._book(visit, at(days=2)).action_done()
            self.env.invalidate_all()
            self.assertFalse(late.is_overdue)

    @feature("P-31")
    def test_one_fails_alone(self):
        """An agreement that makes no visits says why, once; the others go on."""
        customer = self.customer.copy({"name": "Gone"})
        broken = self._agree(
            name="Broken", partner_id=customer.id, site_id=False, place="desk"
        )
        fine = self._agree()
        customer.active = False
        with mute_logger(JOBS):
            self._run()
            self._run(at(days=1))
        self.assertEqual(len(fine.visit_ids), 3)
        self.assertFalse(fine.error)
        self.assertFalse(broken.visit_ids)
        self.assertIn("Customer: Gone is archived", broken.error)
        self.assertEqual(len(broken.activity_ids), 1)
        self.assertEqual(broken.activity_ids.user_id, self.leader)
        with self.assertRefused(UserError, "Gone is archived"):
            self._as(self.leader, broken).action_make_visits()
        customer.active = True
        self._run(at(days=2))
        self.assertFalse(broken.error)
        self.assertFalse(broken.activity_ids)
        # What fell into the days between is made up for.
        self.assertEqual(len(broken.visit_ids), 2)

    def test_job_that_stood_still(self):
        """What was missed is made up for; what fell into an archived time is not."""
        agreed, archived = self._agree(days_ahead=0), self._agree(days_ahead=0)
        old = self._agree(date_start=date(2024, 1, 1), days_ahead=0)
        self._run()
        archived.active = False
        self._run(at(days=22))
        archived.active = True
        self._run(at(days=22))
        self.assertEqual(self._days(agreed), ["2.3.", "9.3.", "16.3.", "23.3."])
        self.assertEqual(self._days(archived), ["2.3."])
        self.assertEqual(self._days(old), ["2.3.", "9.3.", "16.3.", "23.3."])

    @feature("P-31")
    def test_rule_as_text(self):
        """Who knows the standard writes a rule; what would run wild is refused."""
        agreed = self._agree(
            by_text=True, rule_text="rrule:freq=monthly;byday=1mo,-1fr"
        )
        self.assertEqual(agreed.rule, "FREQ=MONTHLY;BYDAY=1MO,-1FR")
        self._run(at(days=14))
        self.assertEqual(self._days(agreed), ["27.3."])
        for text, refusal in (
            ("FREQ=SECONDLY", "by days, weeks, months or years"),
            ("FREQ=HOURLY;COUNT=3", "by days, weeks, months or years"),
            ("FREQ=DAILY;BYHOUR=9", "leave out BYHOUR"),
            ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0 is out of bounds"),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "comes to no day"),
            ("FREQ=DAILY;COUNT=1;UNTIL=20270101", "not both"),
            ("each Monday", "EACHMONDAY” is not understood"),
            (False, "is not understood"),
        ):
            with self.subTest(text), self.assertRefused(ValidationError, refusal):
                agreed.rule_text = text
        form = Form(self._as(self.leader, agreed))
        form.rule_text = "FREQ=SECONDLY"
        self.assertIn("not complete", form.next_html)

    def test_refused(self):
        """Bad input is refused, by the name of the field."""
        for vals, text in (
            ({"interval": 1001}, "Every: enter a number from 1 to 1000"),
            ({"frequency": "MONTHLY", "monthday": 32}, "On Day: enter a number"),
            ({"frequency": "MONTHLY", "monthday": 0}, "out of bounds"),
            ({"duration": 25}, "Duration: enter a number"),
            ({"days_ahead": -1}, "Made Ahead: enter a number from 0"),
            ({"time_of_day": 24}, "Not Before: enter a number"),
            ({"site_id": False}, "Site: choose the address"),
        ):
            with self.subTest(**vals), self.assertRefused(ValidationError, text):
                self._agree(**vals)
        for name, vals in (
            ("interval_positive", {"interval": 0}),
            ("dates", {"date_end": at(days=-1)}),
            ("pause", {"pause_to": at()}),
            ("pause", {"pause_from": at(days=1), "pause_to": at()}),
            ("season", {"season_from": "1"}),
        ):
            with (
                self.subTest(**vals),
                mute_logger("odoo.sql_db"),
                self.assertRefused(CheckViolation, f"recurrence_{name}"),
            ):
                self._agree(**vals)

    def test_other_company(self):
        """An agreement names nothing of another company."""
        other = self.env["res.company"].create({"name": "Other"})
        address = self.env["res.partner"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        site = self.env["aftersales.site"].create({"partner_id": address.id})
        with self.assertRefused(UserError, "[Cc]ompan"):
            self._agree(site_id=site.id)
        agreed = self._agree(company_id=self.company.id)
        self.manager.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        self.assertNotIn(
            agreed, self._as(self.manager)["aftersales.visit.recurrence"].search([])
        )

    def test_season(self):
        """Gardens are quiet in winter."""
        agreed = self._agree(season_from="3", season_to="3", days_ahead=60)
        self._run()
        self.assertEqual(
            self._days(agreed), ["2.3.", "9.3.", "16.3.", "23.3.", "30.3."]
        )

    def test_rights(self):
        """Agents read, leaders agree, managers delete, others see nothing."""
        agreed = self._agree()
        self.assertEqual(self._as(self.agent, agreed).name, "Maintenance")
        with self.assertRaises(AccessError):
            self._as(self.agent, agreed).name = "Mine"
        with self.assertRaises(AccessError):
            self._as(self.agent, agreed).action_make_visits()
        with self.assertRaises(AccessError):
            self._as(self.agent, agreed).action_cancel_surplus()
        with self.assertRaises(AccessError):
            self._as(self.reporter, agreed).read(["name"])
        leader = self._as(self.leader, agreed)
        for name, value in (("error", "No"), ("made_on", at()), ("rule", "FREQ=DAILY")):
            with self.subTest(name), self.assertRaises(AccessError):
                leader.write({name: value})
        leader.action_make_visits()
        with self.assertRefused(UserError, "Archive it instead"):
            self._as(self.manager, agreed).unlink()
        with self.assertRaises(AccessError):
            self._as(self.leader, self._agree()).unlink()
        self._as(self.manager, self._agree()).unlink()

    def test_buttons(self):
        """From an agreement to its visits and cases."""
        agreed = self._agree()
        action = self._as(self.leader, agreed).action_make_visits()
        visits = self.env["aftersales.visit"].search(action["domain"])
        self.assertEqual((visits, agreed.visit_count), (agreed.visit_ids, 3))
        action = self._as(self.leader, agreed).action_open_cases()
        cases = self.env["aftersales.case"].search(action["domain"])
        self.assertEqual(cases, visits.case_id)
        self.assertIn(visits[0].name, agreed.next_html)

    def test_queries(self):
        """Making visits costs the same few questions for one and for many agreements."""

        def count(number):
            agreed = self.env["aftersales.visit.recurrence"].union(
                *(self._agree(days_ahead=0) for _ in range(number))
            )
            agreed._get_due()
            return self._count_queries(agreed._get_due)

        self.assertEqual(count(8), count(2))
