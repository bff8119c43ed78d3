"""What becomes of a due time set by hand: closed and opened again, or merged."""

from odoo.addons.aftersales_case.tests.common import feature

from .common import SlaCommon, at


class HandCommon(SlaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._policy({"metric": "resolved", "quantity": 4})

    def _new(self, **vals):
        return self._complete(self._new_case(user_id=self.agent.id, **vals))

    def _set(self, case, moment, reason="Agreed by phone"):
        clock = self._as(self.leader, self._clocks(case))
        clock._set_due(moment, reason)
        self._flush()


class TestOpenedAgain(HandCommon):
    """Set for one in the afternoon, when an hour of work is left; solved at eleven."""

    def _reopen(self, hours, days):
        with self._at():
            case = self._new()
        with self._at(1):
            self._set(case, at(4))
        with self._at(2):
            case.stage_id = self.stage_solved
            self.assertEqual(self._clocks(case).state, "met")
        with self._at(hours, days):
            self._as(self.agent, case)._reopen("It leaks again")
            return self._clocks(case)

    @feature("P-15")
    def test_passed_while_closed(self):
        """While it was closed nothing was missed: what was left then is left now."""
        clock = self._reopen(0, 1)
        self.assertEqual((clock.state, clock.due_at), ("running", at(1, 1)))
        self.assertTrue(clock.is_by_hand)
        with self._at(1.5, 1):
            self._run_job()
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(1, 1)))

    def test_still_ahead(self):
        """Opened again before, it is due when it was said."""
        clock = self._reopen(3, 0)
        self.assertEqual((clock.state, clock.due_at), ("running", at(4)))


class TestOtherPolicy(HandCommon):
    """Set for ten on Thursday; then another policy takes the place of the former."""

    SET = "Lies Leader: Agreed by phone"

    def setUp(self):
        super().setUp()
        with self._at():
            self.case = self._new()
        with self._at(0.5):
            self._set(self.case, at(1, 3))

    def _open(self):
        return self._clocks(self.case).filtered(lambda clock: not clock.ended_at)

    def assertStillSet(self, policy):
        [clock] = self._open()
        self.assertEqual((clock.policy_id, clock.due_at), (policy, at(1, 3)))
        self.assertIn(self.SET, clock.hand_text)

    @feature("P-15")
    def test_priority(self):
        """Somebody counts on it, be the case urgent by now, and no more an hour later."""
        urgent = self._policy(
            {"metric": "response", "quantity": 1},
            {"metric": "resolved", "quantity": 2},
            name="Urgent",
            priority="3",
        )
        with self._at(0.75):
            self.case.priority = "3"
            response, clock = self._open().sorted("due_at")
            self.assertEqual((response.due_at, response.hand_text), (at(1), False))
            self.assertEqual((clock.policy_id, clock.due_at), (urgent, at(1, 3)))
            self.assertIn(self.SET, clock.hand_text)
            self.assertFalse(self._as(self.leader, self.case)._get_repair_changes())
        with self._at(1.5):
            self.case.priority = "1"
            self.assertStillSet(self.policy)
        with self._at(2):
            self._as(self.leader, self._open())._set_due(False, "No need")
            self.assertEqual(self._open().due_at, at(5))

    def test_next_version(self):
        """A policy that is changed from a day on moves it over with its cases."""
        with self._at(1):
            made = self.policy._change_from(at(0, 1).date(), True)
            made.target_ids.quantity = 12
        with self._at(1, 1):
            self._run_job()
            self.policy._cron_move_over()
            self._run_job()
            self.assertStillSet(made)

    def test_passed(self):
        """What is missed by then is missed, and what was set is no date of the new one."""
        with self._at(2, 3):
            self._run_job()
            self.assertEqual(self._open().breached_at, at(1, 3))
            urgent = self._policy(
                {"metric": "resolved", "quantity": 40}, name="Urgent", priority="3"
            )
            self.case.priority = "3"
            clock = self._clocks(self.case).filtered(lambda c: c.policy_id == urgent)
            self.assertFalse(clock.is_by_hand)


class TestMerged(HandCommon):
    def _merge(self, set_on_survivor=None, hours=2, **vals):
        """Merge a case whose due time was set before the other one came."""
        with self._at():
            gone = self._new()
        with self._at(0.5):
            self._set(gone, at(1, 3))
        with self._at(1):
            left = self._new(**vals)
            if set_on_survivor:
                self._set(left, set_on_survivor, "As agreed")
        with self._at(hours):
            self._as(self.agent, gone)._merge_into(left)
            return gone, self._clocks(left)

    @feature("P-15")
    def test_without_its_own(self):
        """Somebody counts on it: it goes on, and says who set it, where and why."""
        gone, clock = self._merge()
        self.assertEqual((clock.state, clock.due_at), ("running", at(1, 3)))
        self.assertTrue(clock.is_by_hand)
        text = f"Set on {gone.number} by Lies Leader: Agreed by phone"
        self.assertIn(text, clock.hand_text)
        with self._at(2):
            values = self._as(self.agent, clock)._get_why_values()
        self.assertIn(text, values["hand_text"])
        self.assertIn(text, [event["reason"] for event in values["events"]])

    def test_its_own_stands(self):
        """One that was set on the survivor itself is its own."""
        _gone, clock = self._merge(set_on_survivor=at(2, 2))
        self.assertEqual(clock.due_at, at(2, 2))
        self.assertEqual(clock.hand_text, "Lies Leader: As agreed")

    def test_other_policy(self):
        """The same kind of promise of another policy takes it over as well."""
        self._policy({"metric": "resolved", "quantity": 6}, name="Low", priority="0")
        _gone, clock = self._merge(priority="0")
        self.assertEqual(clock.due_at, at(1, 3))

    def test_passed(self):
        """What has passed by then was missed there, and is no date for the other one."""
        gone, clock = self._merge(hours=74)
        self.assertEqual(self._clocks(gone).breached_at, at(1, 3))
        self.assertFalse(clock.is_by_hand)
