from datetime import timedelta

from odoo.fields import Command

from .goods import GoodsCommon


class TestGoodsMoney(GoodsCommon):
    """Taxes, discounts, currencies and payments: what is held of ten, three disputed."""

    def _bill_disputed(self, quantities=(3,), products=None, date=None, **line_vals):
        """Deliver ten, complain about three, bill; with values of the order's lines."""
        products = products or [self.machine]
        order = self._new_order(*[10] * len(products), products=products)
        order.order_line.write(line_vals)
        case = self._complain(self._deliver(order), list(quantities))
        return case, self._bill(order, date=date)

    def _new_tax(self, name, amount, **vals):
        return self.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "type_tax_use": "sale",
                "company_id": self.company.id,
            }
            | vals
        )

    def test_taxes(self):
        """No tax, 0 %, two taxes, a fixed one, one in the price: its share of the total."""
        zero = self._new_tax("Nothing", 0)
        second = self._new_tax("Five on top", 5)
        fixed = self._new_tax("Two each", 2, amount_type="fixed")
        inside = self._new_tax(
            "A quarter within", 25, price_include_override="tax_included"
        )
        for taxes, total, held in (
            (self.env["account.tax"], 1000, 300),
            (zero, 1000, 300),
            (self.tax | second, 1200, 360),
            (self.tax | fixed, 1170, 351),
            (inside, 1000, 300),
        ):
            with self.subTest(taxes=taxes.mapped("name")):
                case, invoice = self._bill_disputed(
                    tax_ids=[Command.set(taxes.ids)], price_unit=100
                )
                self.assertEqual(invoice.amount_total, total)
                self.assertShares(case, {invoice: 3})
                self.assertHeld({invoice: held})
                self.assertEqual(invoice.due_now, total - held)

    def test_free_goods(self):
        """Goods with a discount of 100 % are worth nothing: what is billed beside is due."""
        order = self._new_order(10, 4, products=[self.machine, self.grinder])
        order.order_line[0].discount = 100
        self._complain(self._deliver(order), [10, 0])
        invoice = self._bill(order, date=self.today - timedelta(days=30))
        due = invoice.invoice_date_due
        self.assertEqual(invoice.amount_total, 230)
        self.assertHeld({invoice: 0})
        self.assertEqual(invoice.hold_state, "none")
        self.assertEqual(invoice.due_now, 230)
        self.assertEqual(invoice.invoice_date_due, due)
        self.assertEqual(self._run(due + timedelta(days=10)).line_ids.balance_due, 230)

    def test_instalments_with_a_payment_between(self):
        """What is paid goes to what is due first; the hold stays on what is due last."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": days})
                    for days in (0, 10)
                ],
            }
        )
        order = self._new_order(10, payment_term_id=term.id)
        case = self._complain(self._deliver(order), [3])
        invoice = self._bill(order)
        first, last = invoice._get_term_lines().sorted("date_maturity")
        self.assertEqual(self._due(first | last), [575, 230])
        self._pay(invoice, 300)
        self.assertEqual(self._due(first | last), [275, 230])
        self._pay(invoice, 400)
        self.assertTrue(first.reconciled)
        self.assertHeld({invoice: 345})
        self.assertEqual(self._due(last), [105])
        self._pay(invoice, 205)
        self.assertHeld({invoice: 245})
        self.assertEqual(self._due(last), [0])
        self.assertEqual(case.hold_ids.state, "active")

    def _due(self, lines):
        self.env.flush_all()
        due = lines._get_due_now()
        return [due[line.id] for line in lines]

    def test_overpaid(self):
        """Who pays more than all ends the hold; what is too much is held by nobody."""
        case, invoice = self._bill_disputed()
        self._pay(invoice, 1300)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertHeld({invoice: 0})
        self.assertEqual(case.hold_ids.end_reason, "paid")
        self.assertEqual(invoice.due_now, 0)
        self.env.flush_all()
        self.assertFalse(self._run(self.today + timedelta(days=90)).line_ids)

    def test_dollars_and_rates(self):
        """Dollars are held as dollars, and in the books at the rate they were booked at."""
        dollar = self.env["res.currency"].create(
            {"name": "TSD", "symbol": "T$", "rounding": 0.01}
        )
        self._new_rate(dollar, 40, 2)
        pricelist = self.env["product.pricelist"].create(
            {"name": "Dollars", "currency_id": dollar.id, "company_id": self.company.id}
        )
        order = self._new_order(10, pricelist_id=pricelist.id)
        order.order_line.price_unit = 100
        case = self._complain(self._deliver(order), [3])
        invoice = self._bill(order, date=self.today - timedelta(days=30))
        hold = case.hold_ids
        self.assertEqual(invoice.currency_id, dollar)
        self.assertHeld({invoice: 345})
        self.assertEqual(hold.held_company, 172.5)
        self._new_rate(dollar, 20, 1.25)
        self._pay(invoice, 500)
        self._new_rate(dollar, 10, 4)
        self.assertEqual(invoice.amount_residual, 650)
        self.assertHeld({invoice: 345})
        self.assertEqual(hold.held_company, 172.5)
        self.assertEqual(invoice.due_now, 305)
        day = invoice.invoice_date_due + timedelta(days=10)
        self.assertEqual(self._run(day).line_ids.balance_due, 305)
        self._pay(invoice, 305)
        self.assertEqual(invoice.hold_state, "full")
        self.assertEqual(hold.held_company, 172.5)

    def _new_rate(self, currency, days_ago, rate):
        self.env["res.currency.rate"].create(
            {
                "name": self.today - timedelta(days=days_ago),
                "currency_id": currency.id,
                "rate": rate,
                "company_id": self.company.id,
            }
        )
