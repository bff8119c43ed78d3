"""Clocks of which the log tells no more: nothing is at stake, and nobody has to act."""

from ..const import DUE_RISK
from .penalty import PenaltyCommon


class TestGone(PenaltyCommon):
    def test_never_held(self):
        """Corrected in the first minute: nothing of the other agreement is at stake."""
        self._penalty()
        other = self.env["res.partner"].create({"name": "Hotel", "is_company": True})
        with self._at():
            case = self._new_case()
            self.assertEqual(self._dues(case), [(DUE_RISK, 0)])
            case.write({"partner_id": other.id, "contact_id": False})
            self.assertFalse(self._clocks(case))
            self.assertEqual(self._dues(case), [])
            self.assertEqual(self._money(case), [(0, 0, 0)])

    def test_late_for_a_stage_that_went(self):
        """Late for a stage that the new type has not: missed, and over."""
        self.policy.active = False
        self._policy(
            {"metric": "reach", "quantity": 1, "stage_id": self.stage_progress.id},
            agreement_id=self.agreement.id,
        )
        bare = self.type_complaint.copy({"name": "Bare", "code": "BARE"})
        bare.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        ).unlink()
        with self._at():
            case = self._complete(self._new_case(user_id=self.agent.id))
        with self._at(3):
            self._run_job()
            self.assertEqual(self._clocks(case).state, "breached")
            self.assertTrue(case.is_late)
            case.type_id = bare
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, bool(clock.ended_at)), ("breached", True))
            self.assertFalse(case.is_late)
