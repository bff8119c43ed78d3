"""What becomes of clocks when something else holds: policy, priority, merge, calendar."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo.addons.aftersales_case.tests.common import feature

from .common import MONDAY, SlaCommon, at


class TestReplaced(SlaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.slow = cls._policy({"metric": "resolved", "quantity": 4})
        cls.fast = cls._policy(
            {"metric": "resolved", "quantity": 2}, name="Urgent", priority="3"
        )

    def _make_urgent(self, case):
        case.write({"urgency": "3", "impact": "3"})
        self.assertEqual(case.priority, "3")

    @feature("P-13")
    def test_same_start(self):
        """The new clock counts from the same start, with all pauses; G25."""
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(0.5):
            case.stage_id = self.stage_wait_customer
        with self._at(1):
            case.stage_id = self.stage_progress
            self._make_urgent(case)
            old, new = self._clocks(case)
            self.assertEqual((old.state, old.ended_at), ("cancelled", at(1)))
            self.assertEqual((new.state, new.start_at), ("running", at()))
            self.assertEqual((new.due_at, new.seconds_customer), (at(2.5), 1800))
            told = case.event_ids.filtered(lambda event: event.kind == "sla")[-1]
            ids = (self.slow.id, self.fast.id)
            self.assertEqual((told.from_id, told.to_id), ids)

    @feature("P-13")
    def test_born_late(self):
        """What is late when it begins is missed at the change, not before."""
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(3):
            self._make_urgent(case)
            _old, new = self._clocks(case)
        with self._at(3.5):
            self._run_job()
            self.assertEqual((new.state, new.breached_at), ("breached", at(3)))
            self.assertEqual((new.due_at, new.is_born_late), (at(2), True))

    def test_policy_that_comes_later(self):
        """A policy that is made for what runs already misses nothing in hindsight."""
        self.slow.active = self.fast.active = False
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            self.assertFalse(self._clocks(case))
        self.slow.active = True
        with self._at(0, 2):
            case.team_id = self.team
            self._make_urgent(case)
            [clock] = self._clocks(case)
            self.assertEqual((clock.breached_at, clock.due_at), (at(0, 2), at(5)))
            self.assertTrue(clock.is_born_late)

    @feature("P-15")
    def test_counted_from_the_policy(self):
        """Where the target says so, it counts from when its policy applies."""
        self.fast.target_ids.start = "policy"
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(1):
            self._make_urgent(case)
            new = self._clocks(case)[1]
            self.assertEqual((new.start_at, new.due_at), (at(1), at(3)))

    @feature("P-13")
    def test_missed_stays_missed(self):
        """Neither a pause, nor a solution, nor another policy takes a miss back."""
        with self._at():
            case = self._complete(self._new_case(user_id=self.agent.id))
        with self._at(6):
            self._run_job()
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(5)))
            self.assertEqual(clock.breached_user_id, self.agent)
        with self._at(7):
            case.write({"stage_id": self.stage_wait_customer.id})
            case.user_id = self.agent2
            self.assertEqual((clock.state, clock.due_at), ("breached", at(5)))
        with self._at(days=1):
            case.stage_id = self.stage_solved
            self._clocks(case)
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(5)))
            self.assertEqual(clock.ended_at, at(0, 1))
            # Six hours until it waited, and an hour of waiting that does not count.
            self.assertEqual(clock.seconds_elapsed, 6 * 3600)
            self.assertEqual(clock.breached_user_id, self.agent)
            misses = case.event_ids.filtered(lambda e: e.kind == "sla_breach")
            self.assertEqual(len(misses), 1)

    def test_merged(self):
        """The one that goes on counts from the earliest report; the other one ends."""
        with self._at():
            old = self._new_case(user_id=self.agent.id)
        with self._at(1):
            new = self._new_case(user_id=self.agent.id)
            self.assertEqual(self._clocks(new).due_at, at(6))
        with self._at(2):
            self._as(self.agent, old)._merge_into(new)
            self.assertEqual(self._clocks(old).state, "cancelled")
            goes_on = self._clocks(new)
            self.assertEqual((goes_on.start_at, goes_on.due_at), (at(), at(5)))

    def test_merged_after_a_miss(self):
        """What the merged one missed is missed by the one that goes on."""
        with self._at():
            old = self._new_case(user_id=self.agent.id)
        with self._at(5.5):
            self._run_job()
            new = self._new_case(user_id=self.agent.id)
        with self._at(6):
            self._as(self.agent, old)._merge_into(new)
            self.assertEqual(self._clocks(old).state, "breached")
            self.assertEqual(self._clocks(new).breached_at, at(5))

    def test_split(self):
        """What is split off counts from the original report."""
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(1):
            new = case._split_off(
                {"name": "The other half", "type_id": case.type_id.id}, {}
            )
            clock = self._clocks(new)
            self.assertEqual((clock.start_at, clock.due_at), (at(), at(5)))

    def test_reported_corrected(self):
        """Where the report is corrected, everything is counted from there."""
        with self._at(2):
            case = self._new_case(user_id=self.agent.id)
            self._clocks(case)
            case.reported_at = at()
            self.assertEqual(self._clocks(case).due_at, at(5))

    @feature("P-13")
    def test_read_before_the_end(self):
        """Whoever looks within the same transaction sees what the log says by then."""
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            self.assertEqual(case.next_due_at, at(5))
            case.stage_id = self.stage_wait_customer
            self.assertFalse(case.next_due_at)
            self.assertEqual(case.clock_ids.state, "paused")
            case.stage_id = self.stage_progress
            clock = case.clock_ids
            self.assertEqual(clock.due_at, at(5))
            case.stage_id = self.stage_wait_customer
            self.assertFalse(clock.due_at)
            found = self.env["aftersales.case"].search([("next_due_at", "!=", False)])
            self.assertNotIn(case, found)

    def test_order_of_batches(self):
        """Whoever is replayed first, and how often: the clocks are the same."""
        with self._at():
            cases = self.env["aftersales.case"].concat(
                *(self._new_case(user_id=self.agent.id) for _each in range(4))
            )
        with self._at(1):
            cases[1].stage_id = self.stage_wait_customer
            self._make_urgent(cases[2])
        with self._at(6):
            once = self._read(cases, [cases])
            for batches in (reversed(cases), [cases[2:], cases[:2]], [cases, cases]):
                self.assertEqual(self._read(cases, batches), once)

    def _read(self, cases, batches):
        self.env.cr.execute(
            "DELETE FROM aftersales_sla_clock WHERE case_id = ANY(%s)", [cases.ids]
        )
        self.env.invalidate_all()
        for batch in batches:
            batch._replay_clocks()
        stored = self.env["aftersales.sla.clock"]._read_known(cases.ids)
        return {key: row | {"id": 0} for key, row in stored.items()}


class TestMarked(SlaCommon):
    """Holidays, working hours that change, and those that cannot be counted by."""

    def setUp(self):
        super().setUp()
        self._policy({"metric": "resolved", "quantity": 8})
        with self._at():
            self.case = self._new_case()
            self.clock = self._clocks(self.case)

    def _close_on(self, days, company):
        day = MONDAY.replace(hour=0) + timedelta(days=days)
        # As people enter it; where hr_holidays is, holidays may not touch.
        end = day + timedelta(days=1, seconds=-1)
        return self._new_holiday(self.calendar, company, day, end)

    def test_marked_once(self):
        """What the job has looked after is left alone afterwards."""
        with self._at(1):
            self._close_on(1, self.company)
            self.assertTrue(self.clock.is_marked)
            self._run_job()
            self.assertFalse(self.clock.is_marked)
            self.assertEqual(self.clock.due_at, at(0, 2))

    def test_matched_only_for_policies(self):
        """Other hours ask for no other policy; another policy does, whatever else changed."""
        with self._at(1), self._spy_on_matching() as matched:
            self._close_on(1, self.company)
            self._run_job()
            self.assertFalse(matched)
            self.assertEqual(self.clock.due_at, at(0, 2))
            policy = self.clock.policy_id
            policy.sequence += 1
            self._close_on(2, self.company)
            self._run_job()
            self.assertEqual(matched, [self.case.id])
            self.assertEqual(self.clock.due_at, at(0, 3))
            self._run_job()
            self.assertEqual(matched, [self.case.id])

    @contextmanager
    def _spy_on_matching(self):
        """Yield the ids of the cases for which policies are looked for."""
        matched, find = [], type(self.case)._find_policies

        def spy(cases):
            matched.extend(cases.ids)
            return find(cases)

        with patch.object(type(self.case), "_find_policies", spy):
            yield matched

    def test_no_number_used_up(self):
        """Clocks are written over without a new number, of which there is an end."""
        self.env.cr.execute("SELECT nextval('aftersales_sla_clock_id_seq')")
        [last] = self.env.cr.fetchone()
        with self._at(1):
            self._close_on(1, self.company)
            self._run_job()
            self.assertEqual(self.clock.due_at, at(0, 2))
        self.env.cr.execute("SELECT nextval('aftersales_sla_clock_id_seq')")
        self.assertEqual(self.env.cr.fetchone(), (last + 1,))

    def test_holiday_of_another_company(self):
        """The same hours, another company's holiday: nothing moves."""
        self.calendar.company_id = False
        other = self.env["res.company"].create({"name": "Elsewhere"})
        with self._at(1):
            self._close_on(1, other)
            self._run_job()
            self.assertEqual(self.clock.due_at, at(0, 1))
            self._close_on(1, self.company)
            self._run_job()
            self.assertEqual(self.clock.due_at, at(0, 2))

    def test_hours_that_cannot_be_read(self):
        """The clock says why, a manager is told once, and taken back when it runs."""
        hours = self.calendar.attendance_ids
        with self._at(1):
            self._run_job()
            hours[0].flush_recordset()
            self.env.cr.execute(
                "UPDATE resource_calendar_attendance SET hour_to = 30 WHERE id = %s",
                hours[0].ids,
            )
            self.env.invalidate_all()
            self.calendar._mark_clocks()
            self._run_job()
            self.assertIn("cannot be read", self.clock.error)
            self.assertEqual(self.clock.due_at, at(0, 1))
            policy = self.clock.policy_id
            self.assertEqual(len(policy.activity_ids), 1)
            self.assertEqual(policy.activity_ids.user_id, self.manager)
            self._new_case()
            self._run_job()
            self.assertEqual(len(policy.activity_ids), 1)
            hours[0].hour_to = 12
            self._run_job()
            self.assertFalse(self.clock.error)
            self.assertFalse(policy.activity_ids)

    def test_nothing_due(self):
        """A minute in which nothing is due costs the job two queries."""
        with self._at(1):
            self._run_job()
            case = self.env["aftersales.case"]
            self.assertLessEqual(self._count_queries(case._cron_clocks), 3)

    @feature("P-13")
    def test_queries(self):
        """Eighty cases take the queries of one, one no more than ten for its clocks."""
        with self._at(1):
            cases = self.env["aftersales.case"].create(
                [
                    {
                        "name": f"Machine {number}",
                        "type_id": self.type_complaint.id,
                        "contact_id": self.contact.id,
                        "company_id": self.company.id,
                        "user_id": self.agent.id,
                    }
                    for number in range(82)
                ]
            )
            self._flush()
            waiting, working = self.stage_wait_customer, self.stage_progress
            # The first fills what the registry keeps.
            _first, one, many = (
                self._count_queries(lambda some=some: self._save(some, waiting))
                for some in (cases[:1], cases[1:2], cases[2:])
            )
            self.assertEqual(one, many)
            self.env["aftersales.sla.policy"].search([]).action_archive()
            self._save(cases[:1], working)
            without = self._count_queries(lambda: self._save(cases[:1], waiting))
        self.assertLessEqual(one - without, 10)

    def _save(self, cases, stage):
        cases.stage_id = stage
        self._flush()
