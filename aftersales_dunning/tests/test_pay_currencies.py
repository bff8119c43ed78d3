from datetime import timedelta

from .paying import PayingCommon


class TestPayCurrencies(PayingCommon):
    """Invoices in another currency than the company's, and in two of them."""

    def setUp(self):
        super().setUp()
        self.euro = self.env.ref("base.EUR")
        self.euro.active = True
        self._set_rate(0.8, 100)

    def _set_rate(self, rate, days):
        """Say how many euros a dollar is worth, from so many days ago."""
        self.env["res.currency.rate"].create(
            {
                "name": self.today - timedelta(days=days),
                "rate": rate,
                "currency_id": self.euro.id,
                "company_id": self.company.id,
            }
        )

    def _owe_euros(self, amount, days=30):
        return self._owe(amount, days, currency_id=self.euro.id)

    def _get_open_in_dollars(self, invoice):
        return sum(invoice._get_term_lines().mapped("amount_residual"))

    def test_rate_changed(self):
        """The rate changed: each is paid in its currency, in both ledgers in proportion."""
        older, newer = self._owe_euros(1000, 60), self._owe_euros(500)
        self._set_rate(0.5, 0)
        hold = self._hold(older, "amount", 400, self.case)
        payment = self._pay_overdue(1100)
        self.assertOpen((older, 400), (newer, 0))
        self.assertAlmostEqual(self._get_open_in_dollars(older), 500)
        self.assertAlmostEqual(self._get_open_in_dollars(newer), 0)
        self.assertLeft(payment, 0)
        hold._release_by_hand({"release_policy": "go_on"})
        self._pay_overdue(400)
        self.assertOpen((older, 0))
        self.assertAlmostEqual(self._get_open_in_dollars(older), 0)

    def test_left_over(self):
        """What is left over is told in the currency of the payment."""
        older, newer = self._owe_euros(1000, 60), self._owe_euros(500)
        self._hold(older, "amount", 400, self.case)
        transaction = self._ask("overdue", 1100)
        self._set_rate(0.5, 0)
        self._pay(newer, 200)
        payment = self._settle(transaction)
        self.assertOpen((older, 400), (newer, 0))
        self.assertLeft(payment, 200)

    def test_thirds(self):
        """Amounts that divide badly leave nothing behind."""
        invoice = self._owe_euros(100.01, 60)
        self._set_rate(0.7, 0)
        hold = self._hold(invoice, "amount", 33.34, self.case)
        self._pay_one(invoice, 66.67)
        self.assertOpen((invoice, 33.34))
        hold._release_by_hand({"release_policy": "go_on"})
        self._pay_one(invoice, 33.34)
        self.assertOpen((invoice, 0))
        self.assertAlmostEqual(self._get_open_in_dollars(invoice), 0)

    def test_two_currencies(self):
        """They cannot be paid together: each has its button, and the page says why."""
        euros, dollars = self._owe_euros(1000), self._owe(500)
        self._hold(euros, "amount", 400, self.case)
        page = self._page("/my/invoices/overdue")
        self.assertIn("cannot be paid together", self._text(page))
        for invoice in (euros, dollars):
            [row] = page.xpath(f"//tr[.//a[@title='{invoice.name}']]")
            self.assertTrue(row.xpath(".//a[contains(@href, 'payment=True')]"))
        self.assertFalse(page.xpath("//a[@href='/my/invoices/overdue']"))
        self._assert_refused("overdue", 1100, "currency")
        self._pay_one(euros, 600)
        self.assertOpen((euros, 400), (dollars, 500))

    def test_one_currency(self):
        """What can be paid together has the one button."""
        self._owe_euros(1000)
        page = self._page("/my/invoices?filterby=overdue_invoices")
        self.assertTrue(page.xpath("//a[@href='/my/invoices/overdue']"))
        self._owe_euros(500)
        page = self._page("/my/invoices?filterby=overdue_invoices")
        self.assertTrue(page.xpath("//a[@href='/my/invoices/overdue']"))
        self.assertNotIn("cannot be paid together", self._text(page))
