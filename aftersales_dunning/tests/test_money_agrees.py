from datetime import timedelta

from odoo.fields import Command
from odoo.tests import Form

from .goods import GoodsCommon


class TestMoneyAgrees(GoodsCommon):
    """Whatever happens to an invoice, every screen and letter says the same of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.token = cls.env["res.currency"].create(
            {"name": "TSD", "symbol": "T$", "rounding": 0.01}
        )
        cls._set_rate(2.0, 100)

    @classmethod
    def _set_rate(cls, rate, days):
        """Say how many tokens one of the company's currency is worth since a day."""
        cls.env["res.currency.rate"].create(
            {
                "name": cls.today - timedelta(days=days),
                "currency_id": cls.token.id,
                "rate": rate,
                "company_id": cls.company.id,
            }
        )

    def assertAgrees(self, invoice, held, due):
        """Assert what is held and due: by invoice, holds, items, books, run, letter."""
        self.env.flush_all()
        self.env.invalidate_all()
        digits = invoice.currency_id.round
        self.assertDue(invoice, held, due)
        self.assertEqual(digits(invoice.amount_residual), digits(held + due))
        state = "none" if not held else "partial" if due else "full"
        self.assertEqual(invoice.hold_state, state)
        items = invoice._get_term_lines().filtered(lambda line: not line.reconciled)
        self.assertEqual(digits(sum(items.mapped("held_amount"))), held)
        holds = invoice.hold_ids.filtered(lambda hold: hold.state == "active")
        booked = 0.0
        if held:
            rate = abs(invoice.amount_residual_signed) / invoice.amount_residual
            booked = invoice.company_currency_id.round(held * rate)
        for name in ("held_company", "held_now"):
            self.assertAlmostEqual(sum(holds.mapped(name)), booked, 2, name)
        review = invoice._get_dunning_review() or {"held": 0, "due_now": due}
        self.assertEqual(
            (digits(review["held"]), digits(review["due_now"])), (held, due)
        )
        with self.cr.savepoint() as savepoint:
            lines = self._run(self.today + timedelta(days=60)).line_ids
            lines = lines.filtered(lambda line: line.invoice_id == invoice)
            self.assertEqual(digits(sum(lines.mapped("balance_due"))), due)
            lines.state = "to_be_sent"
            letters = self.env["credit.control.communication"]
            letters = letters._generate_comm_from_credit_lines(lines)
            self.assertEqual(digits(sum(letters.mapped("total_due"))), due)
            savepoint.rollback()
        self.env.invalidate_all()

    def _sell_at(self, price, quantity=10, currency=None, **vals):
        """Bill machines at 21 %, 40 days ago, with these values of the invoice."""
        order = self._new_order(quantity)
        order.order_line.write(
            {"price_unit": price, "tax_ids": [Command.set(self.vat.ids)]}
        )
        slip = self._deliver(order)
        day = self.today - timedelta(days=40)
        invoice = self._bill(order, post=False, date=day)
        if currency:
            invoice.currency_id = currency
            invoice.invoice_line_ids.price_unit = price
        invoice.write(vals)
        invoice.action_post()
        return order, slip, invoice

    def test_two_taxes(self):
        """7 × 14.29, 21 % and 5 % = 126.04; 5 undisputed are 90.03."""
        order = self._new_order(7)
        taxes = self.vat | self.vat.copy({"name": "5 %", "amount": 5})
        order.order_line.write(
            {"price_unit": 14.29, "tax_ids": [Command.set(taxes.ids)]}
        )
        slip = self._deliver(order)
        invoice = self._bill(order)
        self._complain(slip, [2])
        self.assertAgrees(invoice, 36.01, 90.03)
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 2}})
        self.assertAgrees(invoice, 0, 90.03)

    def test_price_credit_then_goods_at_the_lower_price(self):
        """4 × 25 off, then these 4 are credited at the 75 that are left of each."""
        _order, slip, invoice = self._sell_at(100)
        self._complain(slip, [4])
        line = invoice.invoice_line_ids
        self._credit_lines(invoice, {line: {"quantity": 4, "price_unit": 25}})
        self.assertAgrees(invoice, 363, 726)
        self._credit_lines(invoice, {line: {"quantity": 4, "price_unit": 75}})
        self.assertAgrees(invoice, 0, 726)

    def test_order_discount_credited_without_it(self):
        """1089 of 10 less 100; 5 disputed; 3 are credited at 121, and not at 108.90."""
        discount = self._new_product("Discount", type="service", is_storable=False)
        discount.invoice_policy = "order"
        _order, slip, invoice = self._sell(
            (10, 100), (1, -100), products=[self.machine, discount]
        )
        self._complain(slip, [5])
        self.assertAgrees(invoice, 544.5, 544.5)
        self._credit_lines(invoice, {invoice.invoice_line_ids[0]: {"quantity": 3}})
        self.assertAgrees(invoice, 181.5, 544.5)

    def test_restocking_fee(self):
        """The 3 disputed are credited less a fee of 30."""
        _order, slip, invoice = self._sell_at(100)
        self._complain(slip, [3])
        note = self._credit_lines(
            invoice, {invoice.invoice_line_ids: {"quantity": 3}}, post=False
        )
        fee = {"name": "Fee", "price_unit": -30, "tax_ids": [Command.set(self.vat.ids)]}
        note.invoice_line_ids = [Command.create(fee)]
        note.action_post()
        self._match(invoice, note)
        self.assertAgrees(invoice, 0, 883.3)

    def test_discount_of_the_taxes_for_good(self):
        """2 % less tax, paid early or not: 1205.80; 3 of 10 are 361.74."""
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % / 10 days",
                "company_id": self.company.id,
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "mixed",
                "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
            }
        )
        _order, slip, invoice = self._sell_at(100, invoice_payment_term_id=term.id)
        self.assertEqual(invoice.amount_total, 1205.8)
        case = self._complain(slip, [3])
        self.assertAgrees(invoice, 361.74, 844.06)
        case.line_ids.quantity = 10
        self.assertAgrees(invoice, 1205.8, 0)

    def test_instalments_and_a_credit(self):
        """30 and 70 %: the hold lies on the last; a credit note pays the first."""
        term = self.env["account.payment.term"].create(
            {
                "name": "30 / 70",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": part} | due)
                    for part, due in ((30, {"nb_days": 0}), (70, {"nb_days": 50}))
                ],
            }
        )
        _order, slip, invoice = self._sell_at(100, invoice_payment_term_id=term.id)
        self._complain(slip, [8])
        self.assertAgrees(invoice, 968, 242)
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 5}})
        self.assertAgrees(invoice, 363, 242)

    def test_foreign_invoice_at_a_changed_rate(self):
        """1210 tokens, booked at 605; credited and paid when a token is worth half."""
        _order, slip, invoice = self._sell_at(100, currency=self.token)
        self.assertEqual(invoice.amount_residual_signed, 605)
        self._complain(slip, [3])
        self._set_rate(4.0, 10)
        self.assertAgrees(invoice, 363, 847)
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 2}})
        self.assertAgrees(invoice, 121, 847)
        self._pay(invoice, 500)
        self.assertAgrees(invoice, 121, 347)

    def test_rebate_in_another_currency(self):
        """242 tokens off an invoice in the company's currency are 121."""
        _order, slip, invoice = self._sell_at(100)
        self._complain(slip, [4])
        note = self._new_credit_note(("Rebate", 200), currency_id=self.token.id)
        self._match(invoice, note)
        self.assertAgrees(invoice, 363, 726)

    def test_widget_of_open_credits(self):
        """Matched, unmatched and matched again by the widget on the invoice."""
        order, slip, invoice = self._sell_at(100)
        self._complain(slip, [3])
        self._return(slip, 2)
        note = self._bill(order, final=True)
        self.assertAgrees(invoice, 363, 847)
        item = note._get_term_lines()
        for _time in range(2):
            invoice.js_assign_outstanding_line(item.id)
            self.assertAgrees(invoice, 121, 847)
            invoice.js_remove_outstanding_partial(item.matched_debit_ids.id)
            self.assertAgrees(invoice, 363, 847)

    def test_customer_joins_another_while_a_refund_is_open(self):
        """The refund pays another invoice of his new company: nothing is held for it."""
        order, slip, invoice = self._sell_at(100)
        self._complain(slip, [3])
        self._return(slip, 3)
        note = self._bill(order, final=True)
        parent = self.env["res.partner"].create({"name": "Parent", "is_company": True})
        self.customer.write({"parent_id": parent.id, "is_company": False})
        self.assertAgrees(invoice, 363, 847)
        self._match(self._new_invoice(1000), note)
        self.assertAgrees(invoice, 0, 1210)

    def test_by_the_form(self):
        """A case, its goods and the credit note, as they are entered in the forms."""
        _order, slip, invoice = self._sell(
            (10, 100), (4, 50), products=[self.machine, self.grinder]
        )
        case = self._new_case(user_id=self.agent.id)
        with Form(self._as(self.agent, case)) as form:
            form.slip_number = slip.name
        with Form(self._as(self.agent, case)) as form:
            with form.line_ids.edit(0) as line:
                line.quantity = 3
            with form.line_ids.edit(1) as line:
                line.concerned = False
        self.assertAgrees(invoice, 363, 1089)
        values = {invoice.invoice_line_ids[0]: {}}
        note = self._credit_lines(invoice, values, post=False)
        with Form(note) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = 2
        note.action_post()
        self.assertAgrees(invoice, 121, 1089)
