"""One miss under several terms is paid for once."""

from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.aftersales_case.tests.common import feature

from ..const import DUE_REACHED, DUE_RISK
from ..engine.once import Part, owe_once
from .penalty import PenaltyCommon


class TestOnce(BaseCase):
    """Parts of one miss: what is left to owe, now and next."""

    def _owe(self, *parts):
        decimals = [
            Part(
                number,
                side,
                *(None if n is None else Decimal(n) for n in amounts),
            )
            for number, (side, *amounts) in enumerate(parts)
        ]
        left = owe_once(decimals)
        return {key: tuple(map(int, found)) for key, found in left.items()}

    def test_dearest(self):
        """What stands already stays, the others add what they are dearer by."""
        for parts, left in (
            # What was owed first is as dear, dearer, cheaper.
            ((("A", 50, 50, 50), ("B", 50, 50, None)), {1: (0, 0)}),
            ((("A", 50, 50, 50), ("B", 20, 30, None)), {1: (0, 0)}),
            ((("A", 50, 50, 50), ("B", 80, 90, None)), {1: (30, 40)}),
            # It overtakes at its next step.
            ((("A", 50, 50, 50), ("B", 40, 60, None)), {1: (0, 10)}),
            # Two rules of one side add up.
            (
                (("A", 50, 50, 50), ("B", 10, 10, None), ("B", 90, 90, None)),
                {1: (10, 10), 2: (40, 40)},
            ),
            # Nothing stands yet.
            (
                (("A", 50, 50, None), ("B", 80, 80, None)),
                {0: (50, 50), 1: (30, 30)},
            ),
            # Back to the first terms, which go on growing.
            (
                (("B", 80, 80, 30), ("A", 100, 110, None)),
                {1: (70, 80)},
            ),
        ):
            with self.subTest(parts):
                self.assertEqual(self._owe(*parts), left)


class TestReplacedTerms(PenaltyCommon):
    """An answer is missed, then another policy holds, which asks for it as well."""

    def _urgent(self):
        return self._other_policy(1, name="Urgent", priority="3")

    def _miss_and_raise(self):
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(2.5):
            self._miss(case)
            case.write({"urgency": "3", "impact": "3"})
            self.assertEqual(len(self._clocks(case)), 2)
        return case

    @feature("N-09")
    def test_priority(self):
        """A raised priority makes one late answer no two."""
        self._penalty()
        self._urgent()
        case = self._miss_and_raise()
        self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])
        self.assertEqual(self._money(case), [(50, 50, 50)])
        with self._at(6):
            self._run_job()
            self._answer(case)
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])
            self._as(self.leader, case)._repair_clocks("To be sure")
            self.assertEqual(sum(self._amounts(case)), 50)

    def _amounts(self, case):
        return [amount for state, amount in self._dues(case) if state == DUE_REACHED]

    def test_dearer(self):
        """Of dearer terms what is above is owed, and they grow where they say so."""
        self._penalty(policy_ids=self.policy.ids)
        self._penalty(policy_ids=self._urgent().ids, per="hour", amount=40)
        case = self._miss_and_raise()
        with self._at(2.5):
            # 40 for the hour that has begun, which 50 cover; 80 from the next one on.
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50), (DUE_RISK, 0)])
            self.assertEqual(self._money(case), [(50, 80, 80)])
        with self._at(5.5):
            self._run_job()
            self.assertEqual(self._amounts(case), [50, 30])

    def test_new_version(self):
        """A new version of the policy, to which the case moves over, does not either."""
        self._penalty()
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(5):
            self._run_job()
            self._as(self.manager, self.policy)._change_from(date(2026, 3, 1), True)
            case.stage_id = self.stage_progress
            self.assertEqual(len(self._clocks(case)), 2)
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])

    def test_side_by_side(self):
        """Two answers that one policy promises are two promises."""
        self.env["aftersales.sla.target"].create(
            {"policy_id": self.policy.id, "metric": "response", "quantity": 4}
        )
        self._penalty()
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(6):
            self._run_job()
            self.assertEqual(self._amounts(case), [50, 50])
