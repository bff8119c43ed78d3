"""What the first steps ask of promises."""

from datetime import timedelta

from odoo import fields

from .common import SlaCommon


class TestStart(SlaCommon):
    def _steps(self):
        company = self._as(self.manager, self.company)
        return {step.key: step for step in company._get_setup_steps()}

    def test_promises(self):
        """Somebody promises something, by a policy for everybody or for an agreement."""
        policies = self.env["aftersales.sla.policy"].search([])
        examples = policies.filtered("agreement_id.is_template")
        self.assertTrue(examples)
        (policies - examples).active = False
        self.assertFalse(self._steps()["promises"].is_done, "examples promise nothing")
        self._policy({"metric": "resolved", "quantity": 4})
        self.assertTrue(self._steps()["promises"].is_done)

    def test_holidays(self):
        """Working hours alone are not enough: the holidays to come are entered."""
        leaves = self.env["resource.calendar.leaves"]
        leaves.search([("resource_id", "=", False)]).unlink()
        self.assertFalse(self._steps()["holidays"].is_done)
        for months, is_done in ((13, False), (2, True)):
            start = fields.Datetime.now() + timedelta(days=30 * months)
            leaves.create(
                {
                    "name": "King's Day",
                    "calendar_id": self.calendar.id,
                    "company_id": self.company.id,
                    "date_from": start,
                    "date_to": start + timedelta(hours=10),
                }
            )
            self.assertEqual(self._steps()["holidays"].is_done, is_done)
