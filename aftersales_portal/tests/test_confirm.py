from odoo import http
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.const import REPLY_CONFIRMATION
from odoo.addons.aftersales_case.tests.common import feature

from .test_report import ReportSetup


@tagged("post_install", "-at_install")
class TestConfirmation(ReportSetup, HttpCase):
    """Who reports in the portal has it in writing."""

    def _report(self):
        self.authenticate(self.anna.login, self.anna.login)
        known = self.env["aftersales.case"].search([])
        data = {
            "csrf_token": http.Request.csrf_token(self),
            "shown": [
                "product_ids",
                "description",
                "properties-missing",
                "properties-count",
            ],
            "description": "It leaks",
        }
        self.url_open(self.url, data=data, timeout=120)
        return self.env["aftersales.case"].search([]) - known

    def _get_mails(self, case):
        return self.env["mail.mail"].search(
            [("model", "=", case._name), ("res_id", "=", case.id)]
        )

    @feature("I2-46")
    def test_confirmed(self):
        """One confirmation, which leads to the page of the case, and is automatic."""
        case = self._report()
        mail = self._get_mails(case)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.aftersales_reason, REPLY_CONFIRMATION)
        self.assertIn("auto-replied", mail.headers)
        (values,) = mail._prepare_outgoing_list()
        self.assertEqual(values["email_to_normalized"], ["anna@janssen.example"])
        self.assertIn(case.number, values["body"])
        self.assertIn(f"/my/cases/{case.id}", values["body"])
        self.assertNotIn("/aftersales/l/", values["body"])

    def test_confirmed_by_us(self):
        """What the customer's report sends is our word, not his."""
        case = self._report()
        mail = self._get_mails(case)
        self.assertEqual(mail.author_id, self.env.ref("base.partner_root"))
        service = self.env["aftersales.portal.service"]
        messages = service._get_messages(self.contact, case)
        (said,) = (
            entry
            for entry in service._get_timeline(
                case, messages, messages.attachment_ids, []
            )
            if case.number in entry["body"]
        )
        self.assertEqual(said["author"], case.company_id.name)
        self.assertTrue(said["is_ours"])

    def test_not_confirmed(self):
        """A type without a confirmation sends none."""
        self.type_complaint.received_template_id = False
        self.assertFalse(self._get_mails(self._report()))
