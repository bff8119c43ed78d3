"""What the tests of payments share: a portal user who pays through a provider.

The provider is Odoo's own ``payment_demo``: it pays whatever it is told to, and all else
is as with any other.
"""

import json
from datetime import timedelta

from lxml import html

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import AftersalesSetup

from .common import DunningSetup

LOGIN = "dunning_payer"


@tagged("post_install", "-at_install")
class PayingCommon(DunningSetup, AftersalesSetup, HttpCase):
    """Base of tests in which a customer pays online, from the page to the booking."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(
            "account_payment.enable_portal_payment", "True"
        )
        cls.payer = new_test_user(
            cls.env,
            LOGIN,
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        ).partner_id
        cls.payer.parent_id = cls.customer
        cls.provider = cls._new_provider()
        cls.case = cls.env["aftersales.case"].create(
            {
                "name": "Machine leaks",
                "type_id": cls.type_complaint.id,
                "contact_id": cls.contact.id,
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def _new_provider(cls):
        demo = cls.env.ref("payment.payment_provider_demo")
        provider = demo.copy({"company_id": cls.company.id, "state": "test"})
        provider.is_published = True
        provider.payment_method_ids.active = True
        return provider

    def _owe(self, amount, days=30, **vals):
        """Post an invoice of the payer that was due so many days ago."""
        due = self.today - timedelta(days=days)
        return self._new_invoice(amount, partner=self.payer, date_due=due, **vals)

    # === What the customer's browser does === #

    def _page(self, url):
        self.authenticate(LOGIN, LOGIN)
        response = self.url_open(url, timeout=120)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.content)

    def _text(self, node):
        return " ".join(" ".join(node.itertext()).split())

    def _get_form(self, url):
        """Return what the payment form of a page tells the browser to post."""
        [form] = self._page(url).xpath("//*[@id='o_payment_form']")
        return form.attrib

    def _ask(self, route, amount, token=None):
        """Begin a payment, by a saved card or another; return the transaction."""
        answer = self._post(route, amount, token)
        self.assertNotIn("error", answer)
        return self.env["payment.transaction"].search(
            [("reference", "=", answer["result"]["reference"])]
        )

    @mute_logger("odoo.http")  # it logs every refusal
    def _assert_refused(self, route, amount, *words):
        """Begin a payment that is refused; the sentence has these words."""
        answer = self._post(route, amount)
        self.assertIn("error", answer)
        for word in words:
            self.assertIn(word, answer["error"]["data"]["message"])

    def _post(self, route, amount, token=None, **others):
        """Post what the payment form posts, and others; return the whole answer."""
        self.authenticate(LOGIN, LOGIN)
        params = {
            "provider_id": self.provider.id,
            "payment_method_id": self.provider.payment_method_ids[0].id,
            "token_id": token.id if token else None,
            "amount": amount,
            "flow": "token" if token else "direct",
            "tokenization_requested": False,
            "landing_route": "/my/invoices",
        }
        own = "payment_reference" if route == "overdue" else "access_token"
        params[own] = "Overdue" if route == "overdue" else None
        return self.url_open(
            f"/invoice/transaction/{route}",
            data=json.dumps({"params": params | others}),
            headers={"Content-Type": "application/json"},
            timeout=120,
        ).json()

    def _settle(self, transaction, state="done"):
        """Let the provider report, and the status page book; return the payment."""
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {"reference": transaction.reference, "simulated_state": state},
        )
        self.make_jsonrpc_request("/payment/status/poll", {})
        self.env.invalidate_all()
        self.assertTrue(transaction.is_post_processed)
        return transaction.payment_id

    def _pay_overdue(self, amount):
        return self._settle(self._ask("overdue", amount))

    def _pay_one(self, invoice, amount):
        return self._settle(self._ask(invoice.id, amount))

    # === What was booked === #

    def assertOpen(self, *expected):
        """Assert ``(invoice, what is open of it)``."""
        for invoice, amount in expected:
            with self.subTest(invoice=invoice.name):
                self.assertAlmostEqual(invoice.amount_residual, amount, places=2)

    def assertLeft(self, payment, amount):
        """Assert what of a payment is still open, and that debtor control has a task."""
        lines = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        left = -sum(lines.mapped("amount_residual_currency"))
        self.assertAlmostEqual(left, amount, places=2)
        self.assertEqual(len(payment.activity_ids), 1 if amount else 0)
        if amount:
            self.assertIn(f"{amount:,.2f}", payment.activity_ids.note)
            self.assertEqual(payment.activity_ids.user_id, self.accountant)
