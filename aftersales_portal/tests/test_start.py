"""What the first steps ask of customers."""

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import PortalCommon


class TestStart(PortalCommon):
    def _steps(self):
        company = self._as(self.manager, self.company)
        return {step.key: step for step in company._get_setup_steps()}

    def test_customers(self):
        """One person of a customer who may log in here is enough."""
        users = self.env["res.users"].search([("share", "=", True)])
        users.filtered(lambda user: self.company in user.company_ids).active = False
        self.assertFalse(self._steps()["customers"].is_done)
        new_test_user(
            self.env,
            "as_start",
            groups="base.group_portal",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.assertTrue(self._steps()["customers"].is_done)

    def test_channels(self):
        """A channel of another company is none of this one."""
        other = self.env["res.company"].create({"name": "Other"})
        for company, is_done in ((other, False), (self.company, True)):
            self.env["aftersales.channel"].create(
                {
                    "name": "Shop",
                    "key": f"start-{company.id}",
                    "company_id": company.id,
                    "type_ids": self.env.ref("aftersales_case.type_complaint").ids,
                }
            )
            self.assertEqual(self._steps()["channels"].is_done, is_done)
