from lxml import html

from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.mail.tests.common import MockEmail

from .common import DunningCommon


class TestPaySent(DunningCommon, MockEmail):
    """An invoice sent again, and payments that are registered by hand."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.invoice = self._new_invoice(1000)

    # === Sent again === #

    def _get_send_form(self, invoice):
        self.accountant.company_ids = [Command.link(self.company.id)]
        wizard = self._as(self.accountant)["account.move.send.wizard"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        return Form(wizard)

    def _get_body(self, invoice):
        return str(self._get_send_form(invoice).body).replace("&nbsp;", " ")

    def test_sent_again(self):
        """The mail says what is in review and what is due; a free one says nothing."""
        self.assertNotIn("review", self._get_body(self.invoice))
        self._hold(self.invoice, "amount", 400, self.case)
        body = self._get_body(self.invoice)
        self.assertIn(f"In review: $ 400.00, case {self.case.number}.", body)
        self.assertIn("To pay: $ 600.00.", body)
        self.assertIn("Dear", body)

    def test_sent_again_held_wholly(self):
        """Nothing is due; a confidential case is not named."""
        self.case.confidential = True
        self._hold(self.invoice, case=self.case)
        body = self._get_body(self.invoice)
        self.assertIn(
            "In review: $ 1,000.00. Nothing of this invoice is to be paid now.", body
        )
        self.assertNotIn(self.case.number, body)

    def test_mail_that_leaves(self):
        """What is sent is what was shown, and its link asks for what is due."""
        self._hold(self.invoice, "amount", 400, self.case)
        wizard = self._get_send_form(self.invoice).save()
        with self.mock_mail_gateway():
            wizard.action_send_and_print()
            [mail] = self._mails
        text = " ".join(html.fromstring(mail["body"]).text_content().split())
        told = f"In review: $ 400.00, case {self.case.number}. To pay: $ 600.00."
        head, body = text.split("Dear", 1)[1].split("Dear", 1)
        self.assertIn(told, head)
        self.assertIn(told, body)
        self.assertNotIn("1,000.00 due", text)
        self.assertIn("amount=600.0&", self.invoice._get_portal_payment_link())

    # === Payments by hand === #

    def test_registered_in_part(self):
        """A payment of a part pays the undisputed first: the held stays held."""
        hold = self._hold(self.invoice, "amount", 400, self.case)
        for amount, held, due in ((250, 400, 350), (350, 400, 0), (100, 300, 0)):
            self._pay(self.invoice, amount)
            with self.subTest(paid=amount):
                self.assertEqual(
                    (self.invoice.held_amount, self.invoice.due_now), (held, due)
                )
        self.assertEqual(hold.state, "active")
        self._pay(self.invoice)
        self.assertEqual((hold.state, hold.end_reason), ("released", "paid"))

    def test_registered_for_two(self):
        """By hand an accountant books as he says: the oldest first, as Odoo does."""
        newer = self._new_invoice(500, date_due=self.today)
        self._hold(self.invoice, "amount", 400, self.case)
        wizard = (
            self.env["account.payment.register"]
            .with_context(
                active_model="account.move", active_ids=(self.invoice | newer).ids
            )
            .create({"group_payment": True, "amount": 1100})
        )
        wizard._create_payments()
        self.assertEqual(
            (self.invoice.amount_residual, newer.amount_residual), (0, 400)
        )

    def test_matched_with_a_transfer(self):
        """A transfer that is matched later pays the undisputed first as well."""
        self._hold(self.invoice, "amount", 400, self.case)
        payment = self.env["account.payment"].create(
            {
                "amount": 700,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "journal_id": self.env["account.journal"]
                .search(
                    [("company_id", "=", self.company.id), ("type", "=", "bank")],
                    limit=1,
                )
                .id,
            }
        )
        payment.action_post()
        lines = payment.move_id.line_ids | self.invoice.line_ids
        lines.filtered(lambda line: line.account_id == self.receivable).reconcile()
        self.assertEqual(self.invoice.amount_residual, 300)
        self.assertEqual((self.invoice.held_amount, self.invoice.due_now), (300, 0))
        self.assertEqual(self._run().line_ids.filtered("balance_due"), self._none())

    def _none(self):
        return self.env["credit.control.line"]
