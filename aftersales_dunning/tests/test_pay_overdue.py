from odoo.addons.aftersales_case.tests.common import feature

from .paying import PayingCommon


class TestPayOverdue(PayingCommon):
    """*Pay overdue* asks for each invoice, and books each for what it asked."""

    def setUp(self):
        super().setUp()
        self.older, self.newer = self._owe(1000, days=60), self._owe(500)

    @feature("N-02")
    def test_partly_held_and_free(self):
        """1000 with 400 in review, and 500: 1100 pays 600 and 500."""
        hold = self._hold(self.older, "amount", 400, self.case)
        form = self._get_form("/my/invoices/overdue")
        self.assertEqual(float(form["data-amount"]), 1100)
        payment = self._pay_overdue(1100)
        self.assertOpen((self.older, 400), (self.newer, 0))
        self.assertLeft(payment, 0)
        self.assertEqual((hold.state, self.older.held_amount), ("active", 400))
        self.assertFalse(self._run().line_ids)

    @feature("N-02")
    def test_page(self):
        """The page says what is asked for of each invoice, and what is in review."""
        self._hold(self.older, "amount", 400, self.case)
        page = self._page("/my/invoices/overdue")
        rows = [self._text(row) for row in page.xpath("//table[@name='asked']//tr")[1:]]
        self.assertEqual(len(rows), 2)
        told = f"{self.older.name} Case {self.case.number} $ 400.00 $ 600.00"
        self.assertIn(told, rows)
        self.assertIn(f"{self.newer.name} $ 500.00", rows)

    def test_newest_is_held(self):
        """What is held may lie on the invoice that is due last as well."""
        self._hold(self.newer, "amount", 120.5, self.case)
        self._pay_overdue(1379.5)
        self.assertOpen((self.older, 0), (self.newer, 120.5))

    def test_all_partly_held(self):
        """Each keeps its own part: 400 of 1000, 499.99 of 500, 50 of 250."""
        third = self._owe(250, days=90)
        for invoice, amount in ((self.older, 400), (self.newer, 499.99), (third, 50)):
            self._hold(invoice, "amount", amount, self.case)
        payment = self._pay_overdue(800.01)
        self.assertOpen((self.older, 400), (self.newer, 499.99), (third, 50))
        self.assertLeft(payment, 0)

    def test_nothing_held(self):
        """Without a hold, and with a part paid already, all is paid."""
        self._pay(self.older, 300)
        payment = self._pay_overdue(1200)
        self.assertOpen((self.older, 0), (self.newer, 0))
        self.assertLeft(payment, 0)

    def test_held_wholly_is_left_out(self):
        """What is wholly in review is no part of it."""
        self._hold(self.older, case=self.case)
        self._pay_overdue(500)
        self.assertOpen((self.older, 1000), (self.newer, 0))

    def test_instalments(self):
        """The undisputed part pays the instalments in the order in which they are due."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Thirds",
                "line_ids": [
                    (0, 0, {"value_amount": 40, "nb_days": 0}),
                    (0, 0, {"value_amount": 40, "nb_days": 10}),
                    (0, 0, {"value_amount": 20, "nb_days": 20}),
                ],
            }
        )
        invoice = self._owe(2000, days=90, invoice_payment_term_id=term.id)
        self._hold(invoice, "amount", 700, self.case)
        self._pay_overdue(1300 + 1500)
        self.assertOpen((invoice, 700), (self.older, 0), (self.newer, 0))
        lines = invoice._get_term_lines().sorted("date_maturity")
        self.assertEqual(lines.mapped("amount_residual"), [0, 300, 400])

    def test_other_total_is_refused(self):
        """The total must be what is due now, to the cent."""
        for amount in (1500.01, 1000, 1499.99, 0, -5, float("nan"), "1e3", None):
            with self.subTest(amount=amount):
                self._assert_refused("overdue", amount, "Load the page again")
        self.assertFalse(self.env["payment.transaction"].search([], limit=1))
        self._hold(self.older, "amount", 400, self.case)
        self._assert_refused("overdue", 1500, "Load the page again")
        self._pay_overdue(1100)
        self.assertOpen((self.older, 400), (self.newer, 0))
