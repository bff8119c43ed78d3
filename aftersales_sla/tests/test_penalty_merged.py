"""What a miss costs when its case is merged into another one."""

from odoo.fields import Command

from ..const import DUE_BACK, DUE_REACHED
from .common import at
from .penalty import PenaltyCommon


class TestPenaltyMerged(PenaltyCommon):
    def test_merged(self):
        """What is due of a case that is merged is due once, of the one that is left."""
        self._penalty()
        with self._at():
            gone, left = self._new_case(), self._new_case()
        with self._at(5):
            self._run_job()
            self.assertEqual(
                self._dues(gone | left), [(DUE_REACHED, 50), (DUE_REACHED, 50)]
            )
            gone._merge_into(left)
            self.assertEqual(
                self._dues(gone | left), [(DUE_BACK, 50), (DUE_REACHED, 50)]
            )
            self.assertIn(left.number, gone.penalty_due_ids.back_reason)

    def test_merged_into_one_that_waits(self):
        """What was missed is still owed after a merge, and grows when work goes on."""
        self._penalty(per="hour", amount=10, metric="resolved")
        self.policy.target_ids = [Command.create({"metric": "resolved", "quantity": 2})]
        with self._at():
            gone = self._complete(self._new_case(user_id=self.agent.id))
        with self._at(1):
            left = self._complete(self._new_case(user_id=self.agent.id))
            left.stage_id = self.stage_wait_customer
        with self._at(2.5):
            self._run_job()
            self.assertEqual(self._dues(gone | left)[0], (DUE_REACHED, 10))
            gone._merge_into(left)
            self.assertEqual(self._dues(gone | left)[0], (DUE_BACK, 10))
            self.assertEqual(self._dues(left), [(DUE_REACHED, 10)])
        with self._at(3):
            left.stage_id = self.stage_progress
        with self._at(5.5):
            self._run_job()
            self.assertEqual(self._dues(left), [(DUE_REACHED, 20)])
        with self._at(5.6):
            self._run_job()
            self.assertEqual(self._dues(left), [(DUE_REACHED, 30)])


class TestPassedOn(PenaltyCommon):
    """An answer is missed on one case, which is merged into one of another policy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._penalty(policy_ids=cls.policy.ids)
        cls.other = cls._other_policy(6, name="Low", priority="0")

    def _merge(self):
        with self._at():
            gone = self._new_case(user_id=self.agent.id)
        with self._at(1):
            left = self._new_case(user_id=self.agent.id, priority="0")
        with self._at(5):
            self._miss(gone)
            gone._merge_into(left)
            self.assertEqual(self._dues(gone), [(DUE_BACK, 50)])
        return gone, left

    def _get_reported(self, case):
        """Return what the report says of a case: promise, and penalty."""
        reports = self._as(self.leader)["aftersales.sla.report"]
        rows = reports.search([("case_id", "=", case.id), ("state", "=", "breached")])
        return [(row.metric, row.penalty) for row in rows]

    def test_no_rule_of_its_own(self):
        """What was owed is owed: it goes on with the miss, and says where that was."""
        gone, left = self._merge()
        with self._at(5):
            self.assertEqual(self._clocks(left).breached_at, at(2))
            self.assertEqual(self._dues(left), [(DUE_REACHED, 50)])
            self.assertIn(f"missed on {gone.number}", left.penalty_due_ids.reason)
            self.assertEqual(self._money(left), [(50, 50, 50)])
            self.assertEqual(self._get_reported(left), [("response", 50)])
        with self._at(7):
            self._as(self.leader, left)._repair_clocks("To be sure")
            self._run_job()
            self.assertEqual(self._dues(left), [(DUE_REACHED, 50)])

    def test_cheaper_rule(self):
        """Where the survivor's terms cost less, what was owed is all."""
        self._penalty(policy_ids=self.other.ids, amount=20)
        _gone, left = self._merge()
        self.assertEqual(self._dues(left), [(DUE_REACHED, 50)])

    def test_dearer_rule(self):
        """Where they cost more, what is above is owed, too."""
        self._penalty(policy_ids=self.other.ids, amount=80)
        _gone, left = self._merge()
        amounts = sorted(amount for _state, amount in self._dues(left))
        self.assertEqual(amounts, [30, 50])

    def test_no_such_promise(self):
        """Where the survivor promised nothing like it, the missed clock goes on there."""
        self.other.target_ids.metric = "resolved"
        _gone, left = self._merge()
        with self._at(5):
            missed = self._clocks(left).filtered("breached_at")
            self.assertEqual(missed.target_id, self.policy.target_ids)
            self.assertEqual((missed.state, missed.ended_at), ("breached", at(5)))
            self.assertEqual(self._dues(left), [(DUE_REACHED, 50)])
            self.assertEqual(self._get_reported(left), [("response", 50)])
        with self._at(6):
            self._as(self.leader, left)._repair_clocks("To be sure")
            self.assertEqual(self._dues(left), [(DUE_REACHED, 50)])
            self.assertEqual(self._get_reported(left), [("response", 50)])

    def test_done_before(self):
        """What the survivor had done before it was missed, it does not owe."""
        with self._at():
            gone = self._new_case(user_id=self.agent.id)
        with self._at(1):
            left = self._new_case(user_id=self.agent.id, priority="0")
            self._answer(left)
        with self._at(5):
            self._run_job()
            gone._merge_into(left)
            self.assertEqual(self._dues(gone | left), [(DUE_BACK, 50)])


class TestCyclesOfBoth(PenaltyCommon):
    """Each message is to be answered within two hours; one of two cases missed one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.target_ids.metric = "next_reply"
        cls._penalty()

    def test_counted_once(self):
        """Cycles that a merge lays before a missed one make no second miss of it."""
        with self._at():
            gone = self._new_case(user_id=self.agent.id)
            self._write_as_customer(gone)
        with self._at(0.5):
            self._answer(gone)
        with self._at(1):
            left = self._new_case(user_id=self.agent.id)
            self._write_as_customer(left)
        with self._at(5):
            self._run_job()
            self.assertEqual(self._dues(gone | left), [(DUE_REACHED, 50)])
            gone._merge_into(left)
            clocks = self._clocks(left).sorted("start_at")
            self.assertEqual(
                [(clock.state, clock.start_at, clock.cycle) for clock in clocks],
                [("met", at(), 2), ("breached", at(1), 1)],
            )
            self.assertEqual(self._dues(gone | left), [(DUE_REACHED, 50)])
            values = self._as(self.agent, clocks[1])._get_why_values()
            self.assertFalse(values["error"] or values["differs"])
            misses = left.event_ids.filtered(lambda event: event.kind == "sla_breach")
            self.assertEqual(len(misses), 1)
        with self._at(6):
            self._as(self.leader, left)._repair_clocks("To be sure")
            self.assertEqual(self._dues(gone | left), [(DUE_REACHED, 50)])
