"""What the misses of a draft would have cost, beside what was owed."""

from odoo.addons.aftersales_case.tests.common import feature

from .common import at
from .test_scenario import ScenarioCommon


class TestScenarioPenalty(ScenarioCommon):
    def _penalties(self, agreement):
        """Let an agreement cost 25 for a late answer, and 10 an hour for the rest."""
        self.env["aftersales.sla.penalty"].create(
            [
                {"agreement_id": agreement.id, "metric": "response", "amount": 25},
                {
                    "agreement_id": agreement.id,
                    "metric": "resolved",
                    "per": "hour",
                    "amount": 10,
                },
            ]
        )

    def _replay(self, **vals):
        with self._at(days=30):
            scenario = self._ask(**vals)
            scenario.action_run()
        return scenario.penalty, scenario.was_penalty

    @feature("N-08")
    def test_draft(self):
        """Answered an hour late, solved four working hours late, within the limits."""
        self._penalties(self.agreement)
        self.assertEqual(self._replay(agreement_id=self.agreement.id), (65, 0))
        self.agreement.sla_month_cap = 60
        self.assertEqual(self._replay(agreement_id=self.agreement.id), (60, 0))
        self.agreement.sla_case_cap = 30
        self.assertEqual(self._replay(agreement_id=self.agreement.id), (30, 0))
        self.assertFalse(self.env["aftersales.sla.penalty.due"].search([]))

    def test_was(self):
        """What is owed stands beside a draft that would have cost nothing."""
        real = self._agreement(code="REAL")
        self._policy({"metric": "response", "quantity": 2}, agreement_id=real.id)
        self._penalties(real)
        with self._at():
            case = self._complete(self._new_case(user_id=self.agent.id, name="Late"))
        with self._at(3):
            self._answer(case)
        vals = {"draft": "policies", "policy_ids": self.policy.ids}
        self.assertEqual(self._replay(**vals), (0, 25))
        with self._at(days=30):
            self.assertEqual(case.clock_ids.breached_at, at(2))

    @feature("N-08")
    def test_merged(self):
        """What a case would have missed before it was merged, the other one would have."""
        self._penalties(self.agreement)
        with self._at(days=2):
            gone = self._new_case(user_id=self.agent.id)
        with self._at(1, 2):
            left = self._new_case(user_id=self.agent.id)
            left.stage_id = self.stage_wait_customer
        with self._at(4, 2):
            self._as(self.agent, gone)._merge_into(left)
        with self._at(days=30):
            scenario = self._ask(date_from="2026-03-04", date_to="2026-03-04")
            scenario.action_run()
        self.assertEqual(self._read(scenario), (0, 1, 1))
        self.assertEqual(self._read(scenario, "was_"), (0, 0, 2))
        worst = scenario.worst_ids
        self.assertEqual((worst.case_id, worst.due_at), (left, at(2, 2)))
        self.assertEqual(scenario.penalty, 25)
