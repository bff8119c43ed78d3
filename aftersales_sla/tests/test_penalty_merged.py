"""What a miss costs when its case is merged into another one."""

from odoo.fields import Command

from ..const import DUE_BACK, DUE_REACHED
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
