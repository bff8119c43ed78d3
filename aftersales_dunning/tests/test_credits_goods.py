from odoo.fields import Command

from .goods import GoodsCommon


class TestCreditsGoods(GoodsCommon):
    """Whose goods a credit note is for, where several deliveries, cases or bills are."""

    def _sell_in_two(self):
        """Deliver 4 and 6 of 10, and bill them together."""
        order = self._new_order(10)
        order.order_line.write(
            {"price_unit": 100, "tax_ids": [Command.set(self.vat.ids)]}
        )
        slips = self._deliver(order, 4), self._deliver(order)
        return order, slips, self._bill(order)

    def test_disputed_delivery_is_credited_first(self):
        """3 of the first slip are disputed; 3 are credited, and nothing came back."""
        _order, (slip, _other), invoice = self._sell_in_two()
        case = self._complain(slip, [3])
        self.assertDue(invoice, 363, 847)
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 3}})
        self.assertDue(invoice, 0, 847)
        self.assertEqual(case.hold_ids.end_reason, "credited")

    def test_solved_case_leaves_the_credit_to_an_open_one(self):
        """The first slip was repaired, and waits; 2 are credited for the second."""
        _order, (first, second), invoice = self._sell_in_two()
        case = self._complete(self._complain(first, [3], user_id=self.agent.id))
        case.resolution_id = self.env.ref("aftersales_case.resolution_repaired")
        other = self._complain(second, [2])
        self._as(self.agent, case).action_done()
        self.assertDue(invoice, 605, 605)
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 2}})
        self.assertDue(invoice, 363, 605)
        self.assertEqual(other.hold_ids.end_reason, "credited")

    def test_what_came_back_is_credited_before(self):
        """2 of the first slip came back; the second slip is disputed, and stays so."""
        order, (first, second), invoice = self._sell_in_two()
        self._complain(second, [3])
        self._return(first, 2)
        self._match(invoice, self._bill(order, final=True))
        self.assertDue(invoice, 363, 605)

    def test_rejected_case_leaves_its_credit(self):
        """2, 3 and 4 are disputed, 4 credited; the second case is rejected afterwards."""
        _order, slip, invoice = self._sell((10, 100))
        _first, second, third = (self._complain(slip, [n]) for n in (2, 3, 4))
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 4}})
        self.assertDue(invoice, 605, 121)
        self._reject(second)
        self.assertDue(invoice, 242, 484)
        self.assertEqual(third.hold_ids.held_amount, 242)

    def test_fewer_goods_leave_their_credit(self):
        """Two cases of 4; 4 are credited; then the first was about 1 only."""
        _order, slip, invoice = self._sell((10, 100))
        first, _second = self._complain(slip, [4]), self._complain(slip, [4])
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 4}})
        self.assertDue(invoice, 484, 242)
        first.line_ids.quantity = 1
        self.assertDue(invoice, 121, 605)

    def test_part_is_billed_again(self):
        """3 of 10 are disputed, credited and billed again: held on the new invoice."""
        order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 3}})
        again = self._bill(order)
        self.assertDue(again, 363, 0)
        self.assertDue(invoice, 0, 847)
        self._credit(again)
        last = self._bill(order)
        self.assertDue(last, 363, 0)
        self.assertDue(invoice, 0, 847)
        running = case.hold_ids.filtered(lambda hold: hold.state == "active")
        self.assertEqual(running.move_id, last)

    # === Units === #

    def _sell_dozens(self):
        """Bill 2 dozen at 100, of which 7 pieces are disputed."""
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._new_order(
            order_line=[
                Command.create(
                    {
                        "product_id": self.machine.id,
                        "product_uom_qty": 2,
                        "product_uom_id": dozen.id,
                        "price_unit": 100,
                        "tax_ids": [Command.set(self.vat.ids)],
                    }
                )
            ]
        )
        slip = self._deliver(order)
        invoice = self._bill(order)
        case = self._complain(slip, [7])
        self.assertDue(invoice, 70.58, 171.42)
        return case, invoice

    def _credit_in(self, invoice, unit, **vals):
        note = self._credit_lines(invoice, {invoice.invoice_line_ids: {}}, post=False)
        note.invoice_line_ids.product_uom_id = self.env.ref(unit)
        note.invoice_line_ids.write({"tax_ids": [Command.set(self.vat.ids)]} | vals)
        note.action_post()
        self._match(invoice, note)
        return note

    def test_dozens_credited_in_pieces(self):
        """A dozen at 100 is 8.33 a piece, rounded: the goods are credited all the same."""
        case, invoice = self._sell_dozens()
        note = self._credit_in(
            invoice, "uom.product_uom_unit", quantity=7, price_unit=8.33
        )
        self.assertEqual(note.amount_total, 70.56)
        self.assertDue(invoice, 0, 171.44)
        self.assertEqual(case.hold_ids.end_reason, "credited")

    def test_part_of_a_dozen_is_credited(self):
        """7 pieces are 0.58 dozen, rounded: the 7 are credited."""
        case, invoice = self._sell_dozens()
        note = self._credit_in(invoice, "uom.product_uom_dozen", quantity=0.58)
        self.assertEqual(note.amount_total, 70.18)
        self.assertDue(invoice, 0, 171.82)
        self.assertEqual(case.hold_ids.end_reason, "credited")

    def test_price_credit_in_another_unit(self):
        """0.83 a piece off 24 pieces is money, and comes off the disputed first."""
        _case, invoice = self._sell_dozens()
        note = self._credit_in(
            invoice, "uom.product_uom_unit", quantity=24, price_unit=0.83
        )
        self.assertEqual(note.amount_total, 24.10)
        self.assertDue(invoice, 46.48, 171.42)
