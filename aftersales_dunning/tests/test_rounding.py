from odoo.fields import Command

from .goods import GoodsCommon


class TestRounding(GoodsCommon):
    """Discounts of a whole order, and the rounding of lines, documents and cash."""

    def _new_discount(self):
        discount = self._new_product("Discount", type="service", is_storable=False)
        discount.invoice_policy = "order"
        return discount

    def _discount(self, *lines):
        """Sell lines, the negative ones being discounts without a delivery."""
        discount = self._new_discount()
        products = [self.machine if x[1] > 0 else discount for x in lines]
        order, slip, invoice = self._sell(*lines, products=products)
        return order, slip, invoice

    def test_order_discount_is_spread(self):
        """500 + 500 - 100: one of the lines is disputed, and bears its half."""
        _order, slip, invoice = self._discount((5, 100), (5, 100), (1, -100))
        self.assertEqual(invoice.amount_total, 1089)
        self._complain(slip, [5, 0])
        self.assertDue(invoice, 544.5, 544.5)

    def test_discount_of_lines_of_different_value(self):
        """900 + 100 - 10 %: 3 of 9 machines are 363 less 36.30."""
        _order, slip, invoice = self._discount((9, 100), (1, 100), (1, -100))
        self._complain(slip, [3, 0])
        self.assertDue(invoice, 326.7, 762.3)

    def test_discount_of_some_taxes(self):
        """100 off what is at 21 %: what is at 0 % bears nothing of it."""
        products = [self.machine, self.grinder, self._new_discount()]
        order = self._new_order(5, 5, 1, products=products)
        for line, price, tax in zip(
            order.order_line,
            (100, 100, -100),
            (self.vat, self.no_tax, self.vat),
            strict=True,
        ):
            line.write({"price_unit": price, "tax_ids": [Command.set(tax.ids)]})
        slip = self._deliver(order)
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 984)
        case = self._complain(slip, [0, 5])
        self.assertDue(invoice, 500, 484)
        self._reject(case)
        self._complain(slip, [5, 0])
        self.assertDue(invoice, 484, 500)

    def test_discount_is_spread_to_the_cent(self):
        """Three lines of 33.33 less 10.00: all of it is disputed, nothing is due."""
        _order, slip, invoice = self._discount(
            (1, 33.33), (1, 33.33), (1, 33.33), (1, -10)
        )
        self.assertEqual(invoice.amount_total, 108.89)
        cases = [
            self._complain(slip, quantities)
            for quantities in ([1, 0, 0], [0, 1, 0], [0, 0, 1])
        ]
        self.assertDue(invoice, 108.89, 0)
        self._reject(cases[0])
        self.assertEqual(invoice.hold_state, "partial")
        self.assertDue(invoice, 72.59, 36.30)

    def test_wizard_of_the_order(self):
        """What Odoo's own discount on an order makes is spread, too."""
        order = self._new_order(5, 5)
        order.order_line.write({"price_unit": 100, "tax_ids": self.vat})
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        ).action_apply_discount()
        slip = self._deliver(order)
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 1089)
        self._complain(slip, [5, 0])
        self.assertDue(invoice, 544.5, 544.5)

    def test_credit_with_its_discount(self):
        """A line is credited with its part of the discount: the other stays due."""
        _order, slip, invoice = self._discount((5, 100), (5, 100), (1, -100))
        self._complain(slip, [5, 0])
        first, _second, discount = invoice.invoice_line_ids
        self._credit_lines(invoice, {first: {}, discount: {"price_unit": -50}})
        self.assertDue(invoice, 0, 544.5)

    def test_cash_rounding(self):
        """All goods are disputed: what cash rounding adds is not asked for."""
        for strategy, price, total in (
            ("biggest_tax", 33.33, 40.35),
            ("add_invoice_line", 33.33, 40.35),
            ("biggest_tax", 10.01, 12.10),
        ):
            with self.subTest(strategy=strategy, price=price):
                rounding = self._new_rounding(strategy)
                order = self._new_order(1)
                order.order_line.write({"price_unit": price, "tax_ids": self.vat})
                slip = self._deliver(order)
                invoice = self._bill(order, post=False)
                invoice.invoice_cash_rounding_id = rounding
                invoice.action_post()
                self.assertEqual(invoice.amount_total, total)
                case = self._complain(slip)
                self.assertDue(invoice, total, 0)
                self.assertEqual(invoice.hold_state, "full")
                self._pay(invoice, 10)
                self.assertDue(invoice, round(total - 10, 2), 0)
                self._reject(case)

    def test_cash_rounding_goes_with_what_is_undisputed(self):
        """One of two lines is disputed: the rounding is due with the other."""
        slip, invoice = self._sell_rounded()
        self.assertEqual(invoice.amount_total, 80.65)
        first = self._complain(slip, [1, 0])
        self.assertDue(invoice, 40.33, 40.32)
        self._complain(slip, [0, 1])
        self.assertDue(invoice, 80.65, 0)
        self._reject(first)
        self.assertDue(invoice, 40.33, 40.32)

    def test_credit_with_cash_rounding(self):
        """Both lines are disputed, one is credited, each document rounded: no cent due."""
        slip, invoice = self._sell_rounded()
        self._complain(slip)
        self._credit_lines(invoice, {invoice.invoice_line_ids[0]: {}})
        self.assertDue(invoice, invoice.amount_residual, 0)
        self.assertIn(invoice.amount_residual, (40.30, 40.32))

    def test_credit_of_the_other_line_and_its_discount(self):
        """2 of 5 are disputed; the other line is credited with its part of the discount."""
        _order, slip, invoice = self._discount((5, 100), (5, 100), (1, -100))
        self._complain(slip, [2, 0])
        self.assertDue(invoice, 217.8, 871.2)
        _first, second, discount = invoice.invoice_line_ids
        self._credit_lines(invoice, {second: {}, discount: {"price_unit": -50}})
        self.assertDue(invoice, 217.8, 326.7)

    def test_document_rounding(self):
        """Taxes are rounded once for the document: nothing of it stays due."""
        self.company.tax_calculation_rounding_method = "round_globally"
        _order, slip, invoice = self._sell((1, 10.07), (1, 10.07), (1, 10.07))
        self._complain(slip)
        self.assertDue(invoice, invoice.amount_total, 0)
        self._credit_lines(invoice, {invoice.invoice_line_ids[0]: {}})
        self.assertDue(invoice, invoice.amount_residual, 0)

    def _sell_rounded(self):
        """Return slip and invoice of two machines; cash rounding adds a line."""
        order = self._new_order(1, 1)
        order.order_line.write({"price_unit": 33.33, "tax_ids": self.vat})
        slip = self._deliver(order)
        invoice = self._bill(order, post=False)
        invoice.invoice_cash_rounding_id = self._new_rounding("add_invoice_line")
        invoice.action_post()
        return slip, invoice

    def _new_rounding(self, strategy):
        account = self.company.income_currency_exchange_account_id
        return self.env["account.cash.rounding"].create(
            {
                "name": f"0.05 {strategy}",
                "rounding": 0.05,
                "strategy": strategy,
                "rounding_method": "HALF-UP",
                "profit_account_id": account.id,
                "loss_account_id": account.id,
            }
        )
