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
