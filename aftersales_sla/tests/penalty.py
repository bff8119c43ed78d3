"""Agreements with penalties, and what tests read of what they cost."""

from ..const import DUE_REACHED
from .common import SlaCommon


class PenaltyCommon(SlaCommon):
    """An agreement that promises an answer in two hours, on Monday until eleven."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._agreement(sla_monthly_fee=400)
        cls.policy = cls._policy(
            {"metric": "response", "quantity": 2}, agreement_id=cls.agreement.id
        )

    @classmethod
    def _penalty(cls, **vals):
        return cls.env["aftersales.sla.penalty"].create(
            {"agreement_id": cls.agreement.id, "amount": 50, **vals}
        )

    @classmethod
    def _other_policy(cls, quantity, **vals):
        """Return a policy of the agreement that promises an answer in other hours."""
        return cls._policy(
            {"metric": "response", "quantity": quantity},
            agreement_id=cls.agreement.id,
            **vals,
        )

    def _miss(self, case):
        """Let the job find that the answer to a case was missed, which costs 50."""
        self._run_job()
        self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])

    def _dues(self, cases, *states):
        """Return ``[(state, amount)]`` of the penalties of cases, in their order."""
        self._flush()
        dues = cases.penalty_due_ids.sorted(lambda due: (due.case_id.id, due.id))
        return [(due.state, due.amount) for due in dues]

    def _money(self, records):
        """Return what leaders see of money: now, next, at most."""
        records = self._as(self.leader, records)
        names = ("money_now", "money_next", "money_most")
        return [tuple(record[name] for name in names) for record in records]
