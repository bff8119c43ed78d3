from odoo.fields import Command
from odoo.tools import mute_logger

from .paying import PayingCommon

# What JSON brings, and no page posts.
NO_AMOUNTS = (
    0,
    -1,
    0.004,
    True,
    "600",
    [600],
    {"amount": 600},
    None,
    1e308,
    10**30,
    float("inf"),
    float("-inf"),
    float("nan"),
)


class TestPayHostile(PayingCommon):
    """What a customer's browser posts is his: every payment is the page's, or none."""

    def setUp(self):
        super().setUp()
        self.invoice, self.other = self._owe(1000), self._owe(500, days=90)

    @mute_logger("odoo.http")  # it logs every refusal
    def _assert_none(self, route, amount, *words, **params):
        """Assert that a payment is refused in words, and none was begun."""
        before = self.env["payment.transaction"].search_count([])
        answer = self._post(route, amount, **params)
        self.assertIn("error", answer)
        for word in words:
            self.assertIn(word, answer["error"]["data"]["message"])
        self.assertEqual(self.env["payment.transaction"].search_count([]), before)

    def test_amounts(self):
        """What is no amount is answered with a sentence, for one invoice and for all."""
        for amount in NO_AMOUNTS:
            for route in (self.invoice.id, "overdue"):
                with self.subTest(amount=amount, route=route):
                    self._assert_none(route, amount, "Load the page again")

    def test_rounded(self):
        """An amount counts as the currency has it."""
        self.assertEqual(self._ask(self.invoice.id, 599.999).amount, 600)
        payment = self._pay_one(self.invoice, 999.999)
        self.assertOpen((self.invoice, 0), (self.other, 500))
        self.assertLeft(payment, 0)

    def test_values_of_the_system(self):
        """A page names no invoices, no currency, no payer, and nothing to remember."""
        for name, value in (
            ("invoice_ids", [[6, 0, self.other.ids]]),
            ("currency_id", self.env.ref("base.EUR").id),
            ("partner_id", self.customer.id),
            ("asked_amounts", {}),
            ("custom_create_values", {"asked_amounts": {}}),
        ):
            for route, amount in ((self.invoice.id, 1000), ("overdue", 1500)):
                with self.subTest(name=name, route=route):
                    self._assert_none(route, amount, "whitelisted", **{name: value})

    def test_no_validation(self):
        """An invoice is paid, and not used to try a card."""
        for route, amount in ((self.invoice.id, 600), ("overdue", 1500)):
            self._assert_none(route, amount, "the page offers", is_validation=True)

    def _copy_provider(self, name, **vals):
        demo = self.env.ref("payment.payment_provider_demo")
        common = {"name": name, "company_id": self.company.id, "state": "test"}
        provider = demo.copy(common | vals)
        provider.is_published = vals.get("is_published", True)
        return provider

    def test_provider_that_is_not_offered(self):
        """Money that nothing would book is not taken."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._copy_provider("Foreign", company_id=elsewhere.id)
        hidden = self._copy_provider("Hidden", is_published=False)
        disabled = self._copy_provider("Disabled", state="disabled")
        euros = self._copy_provider("Euros")
        euros.available_currency_ids = self.env.ref("base.EUR")
        for provider in (foreign, hidden, disabled, euros):
            for route, amount in ((self.invoice.id, 1000), ("overdue", 1500)):
                with self.subTest(provider=provider, route=route):
                    self._assert_none(
                        route, amount, "the page offers", provider_id=provider.id
                    )
        for value in (None, 0, 10**7, "x", [self.provider.id]):
            with self.subTest(provider=value):
                self._assert_none(
                    self.invoice.id, 1000, "the page offers", provider_id=value
                )

    def test_card_of_another_provider(self):
        """A saved card is charged by the provider that keeps it."""
        self.provider.allow_tokenization = True
        second = self._copy_provider("Second")
        method = self.provider.payment_method_ids[0]
        token = self.env["payment.token"].create(
            {
                "provider_id": second.id,
                "payment_method_id": method.id,
                "payment_details": "1234",
                "partner_id": self.payer.id,
                "provider_ref": "card",
                "demo_simulated_state": "done",
            }
        )
        self._assert_none(self.invoice.id, 1000, "the page offers", token=token)

    def test_invoices_of_others(self):
        """Neither their number nor a forged token lets him pay, or look."""
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        theirs = self._new_invoice(700, partner=stranger)
        for token in (None, "x", self.invoice._portal_ensure_token()):
            with self.subTest(token=token):
                self._assert_none(theirs.id, 700, "token", access_token=token)

    def test_nothing_is_overdue_any_more(self):
        """All was held, or paid, since the page was loaded: he is told so."""
        self._hold_customer(self.payer.commercial_partner_id)
        self._assert_none("overdue", 1500, "Load the page again")

    def test_begun_twice(self):
        """Of two payments of the same, the second stays his credit, and is told of."""
        transactions = [self._ask(self.invoice.id, 1000) for _time in range(2)]
        for transaction in transactions:
            transaction._set_done()
            transaction._post_process()
        self.assertOpen((self.invoice, 0), (self.other, 500))
        first, second = (transaction.payment_id for transaction in transactions)
        self.assertLeft(first, 0)
        self.assertLeft(second, 1000)

    def test_begun_in_parts(self):
        """Two tabs: both pay the undisputed part, none of it goes to the disputed one."""
        hold = self._hold(self.invoice, "amount", 400, self.case)
        transactions = [self._ask(self.invoice.id, 600) for _time in range(2)]
        for transaction in transactions:
            transaction._set_done()
            transaction._post_process()
        self.assertOpen((self.invoice, 400), (self.other, 500))
        self.assertLeft(transactions[1].payment_id, 600)
        self.assertEqual((hold.state, hold.held_amount), ("active", 400))

    def test_money_back(self):
        """A refund of what he paid takes nothing off, and holds nothing."""
        hold = self._hold(self.invoice, "amount", 400, self.case)
        transaction = self._ask(self.invoice.id, 600)
        self._settle(transaction)
        transaction._refund(amount_to_refund=100)
        transaction.child_transaction_ids._post_process()
        self.assertOpen((self.invoice, 400))
        self.assertEqual((hold.state, hold.held_amount), ("active", 400))

    def test_invoices_of_vendors(self):
        """What is no customer invoice is as ever."""
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.payer.id,
                "company_id": self.company.id,
                "invoice_date": self.today,
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 50, "tax_ids": False})
                ],
            }
        )
        bill.action_post()
        self.assertFalse(self._ask(bill.id, 50).asked_amounts)
