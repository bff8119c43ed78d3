"""Clocks of which the log tells no more: nothing is at stake, and nobody has to act."""

from ..const import DUE_RISK
from .common import at
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

    def _promise_a_stage(self):
        """Promise that a stage is reached; return a type that does not have it."""
        self.policy.active = False
        self._policy(
            {"metric": "reach", "quantity": 1, "stage_id": self.stage_progress.id},
            agreement_id=self.agreement.id,
        )
        bare = self.type_complaint.copy({"name": "Bare", "code": "BARE"})
        bare.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        ).unlink()
        return bare

    def test_reached_of_another_type(self):
        """A stage that was reached in time stays reached, and counts, be it repaired."""
        bare = self._promise_a_stage()
        with self._at():
            case = self._complete(self._new_case(user_id=self.agent.id))
        with self._at(0.5):
            case.stage_id = self.stage_progress
            self.assertEqual(self._clocks(case).state, "met")
        with self._at(2):
            case.stage_id = bare.link_ids.sorted().stage_id[:1]
            case.type_id = bare
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.ended_at), ("met", at(0.5)))
            self._as(self.leader, case)._repair_clocks("To be sure")
            self.assertEqual(self._clocks(case), clock)
            reports = self._as(self.leader)["aftersales.sla.report"]
            [row] = reports.search([("case_id", "=", case.id)])
            self.assertEqual((row.met_count, row.missed_count), (1, 0))

    def test_late_for_a_stage_that_went(self):
        """Late for a stage that the new type has not: missed, and over."""
        bare = self._promise_a_stage()
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
