"""What the first steps ask of dunning."""

from .common import DunningCommon


class TestStart(DunningCommon):
    def _steps(self):
        company = self._as(self.manager, self.company)
        return {step.key: step for step in company._get_setup_steps()}

    def test_policy(self):
        """A policy is chosen, and it has accounts: else no invoice is found."""
        step = self._steps()["dunning"]
        self.assertTrue(step.is_done)
        self.assertIn(self.policy.name, step.text)
        self.policy.account_ids = False
        self.assertIn("has no accounts", self._steps()["dunning"].text)
        self.company.credit_policy_id = False
        step = self._steps()["dunning"]
        self.assertFalse(step.is_done)
        self.assertIn("no credit control policy", step.text)
        self.assertIsNone(step.action)
