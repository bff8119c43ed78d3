"""What the tests of reminders share: a policy that works, and somebody who dunns."""

from odoo.tests import new_test_user

from odoo.addons.mail.tests.common import MockEmail

from .common import DunningCommon


class RemindersCommon(DunningCommon, MockEmail):
    """Base of tests that let reminders go out as far as they may."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.credit_policy_id = cls.policy
        cls.company.credit_control_tolerance = 0.1
        cls.dunner = new_test_user(
            cls.env,
            "as_dunner",
            groups="account.group_account_invoice,"
            "account_credit_control.group_account_credit_control_user",
            name="Dora Dunner",
            email="dora@aftersales.example",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.other_customer = cls.env["res.partner"].create(
            {"name": "Bakkerij <b>Jos</b>", "email": "jos@bakkerij.example"}
        )

    def _remind(self, *invoices, date=None):
        """Run credit control; return the lines of these invoices, in their order."""
        lines = self._run(date).line_ids
        if not invoices:
            return lines
        return lines.browse().union(
            *(lines.filtered(lambda line, i=i: line.invoice_id == i) for i in invoices)
        )

    def _queue(self, *invoices):
        """Let reminders of these invoices get as far as the mail queue; return them."""
        lines = self._remind(*invoices)
        lines.state = "to_be_sent"
        communications = self.env[
            "credit.control.communication"
        ]._generate_comm_from_credit_lines(lines)
        communications._generate_emails()
        return lines

    def _get_mails(self, records):
        """Return the mails about communications or lines, whatever made them."""
        return self.env["mail.mail"].search(
            [("model", "=", records._name), ("res_id", "in", records.ids)]
        )

    def _send(self, mails):
        """Let the queue send; return the texts that left."""
        with self.mock_mail_gateway():
            mails.send()
            return [sent["body"] for sent in self._mails]

    def _wizard(self, kind, lines, **vals):
        return (
            self.env[f"credit.control.{kind}"]
            .with_context(active_model=lines._name, active_ids=lines.ids)
            .create(vals)
        )
