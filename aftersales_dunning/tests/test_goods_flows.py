from odoo.fields import Command

from .goods import GoodsCommon


class TestGoodsFlows(GoodsCommon):
    """Deliveries and invoices as they come: the hold finds the goods, and only them."""

    def _new_mixed_order(self, *lines, **vals):
        """Confirm an order of lines given as values; goods are in stock."""
        for product in (self.machine, self.grinder):
            self.env["stock.quant"]._update_available_quantity(product, self.stock, 100)
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [Command.create(line) for line in lines],
            }
            | vals
        )
        order.action_confirm()
        return order

    def test_over_delivery(self):
        """More is delivered than was ordered, and billed: its part is held."""
        order = self._new_order(10)
        slip = self._deliver(order, 12)
        some = self._complain(slip, [3])
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 1380)
        self.assertHeld({invoice: 345})
        all_of_it = self._complain(slip)
        self.assertShares(all_of_it, {invoice: 12})
        self.assertHeld({invoice: 1380})
        self.assertShares(some, {invoice: 3})

    def test_price_edited_in_draft(self):
        """The price is changed before the invoice is posted: what is billed counts."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order), [3])
        invoice = self._bill(order, post=False)
        self.assertHeld({invoice: 0})
        invoice.invoice_line_ids.price_unit = 80
        invoice.action_post()
        self.assertShares(case, {invoice: 3})
        self.assertHeld({invoice: 276})
        self.assertEqual(invoice.due_now, 644)

    def test_same_product_at_two_prices(self):
        """Each piece is held at the price of its own order line."""
        order = self._new_mixed_order(
            {"product_id": self.machine.id, "product_uom_qty": 4, "price_unit": 100},
            {"product_id": self.machine.id, "product_uom_qty": 6, "price_unit": 50},
        )
        slip = self._deliver(order)
        cheap = self._complain(slip, [0, 2])
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 805)
        self.assertHeld({invoice: 115})
        self._complain(slip, [2, 0])
        self.assertHeld({invoice: 345})
        self.assertShares(cheap, {invoice: 2})

    def test_two_orders_on_one_invoice(self):
        """Two orders of the same goods, billed together: the slip decides."""
        first, second = self._new_order(3), self._new_order(7)
        second.order_line.price_unit = 200
        self._deliver(first)
        case = self._complain(self._deliver(second), [2])
        invoice = self._bill(first | second)
        self.assertEqual(len(invoice), 1)
        self.assertShares(case, {invoice: 2})
        self.assertHeld({invoice: 460})
        self.assertEqual(invoice.due_now, 1495)

    def test_pick_and_ship(self):
        """Goods are picked first and shipped then: they count once."""
        self.warehouse.delivery_steps = "pick_ship"
        order = self._new_order(10)
        pick = order.picking_ids
        self.assertEqual(pick.picking_type_code, "internal")
        pick.action_assign()
        pick.move_ids.write({"quantity": 10, "picked": True})
        pick.button_validate()
        slip = self._deliver(order)
        self.assertNotEqual(slip, pick)
        case = self._complain(slip, [3])
        invoice = self._bill(order)
        self.assertShares(case, {invoice: 3})
        self.assertHeld({invoice: 345})
        self._return(slip, 3)
        refund = self._bill(order, final=True)
        (invoice | refund)._get_term_lines().reconcile()
        self.assertEqual(invoice.amount_residual, 805)
        self.assertHeld({invoice: 0})
        self.assertEqual(case.hold_ids.end_reason, "credited")

    def test_lots(self):
        """A delivery of two lots, billed in two invoices: the lot that is named counts."""
        tracked = self._new_product("Boiler", tracking="lot")
        lots = self.env["stock.lot"].create(
            [
                {"name": name, "product_id": tracked.id, "company_id": self.company.id}
                for name in ("L-1", "L-2")
            ]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                tracked, self.stock, 5, lot_id=lot
            )
        order = self._new_mixed_order(
            {"product_id": tracked.id, "product_uom_qty": 10, "price_unit": 100}
        )
        slip = order.picking_ids
        slip.action_assign()
        slip.move_ids.picked = True
        slip.button_validate()
        case = self._complain(slip, [0, 2])
        self.assertEqual(len(case.line_ids.lot_id), 2)
        invoice = self._bill(order)
        self.assertShares(case, {invoice: 2})
        self.assertHeld({invoice: 230})
        both = self._complain(slip)
        self.assertShares(both, {invoice: 10})
        self.assertHeld({invoice: 1150})

    def test_sections_and_notes(self):
        """Sections and notes among the lines are no goods."""
        order = self._new_mixed_order(
            {"display_type": "line_section", "name": "Kitchen"},
            {"product_id": self.machine.id, "product_uom_qty": 10},
            {"display_type": "line_note", "name": "Careful"},
            {"product_id": self.grinder.id, "product_uom_qty": 4},
        )
        case = self._complain(self._deliver(order), [3, 0])
        self.assertEqual(len(case.line_ids), 2)
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 1380)
        self.assertShares(case, {invoice: 3})
        self.assertHeld({invoice: 345})

    def test_services_beside_goods(self):
        """A service on the invoice is due, though all the goods are in review."""
        service = self._new_product(
            "Installation",
            200,
            type="service",
            is_storable=False,
            invoice_policy="order",
        )
        order = self._new_mixed_order(
            {"product_id": self.machine.id, "product_uom_qty": 10},
            {"product_id": service.id, "product_uom_qty": 1},
        )
        case = self._complain(self._deliver(order))
        invoice = self._bill(order)
        self.assertShares(case, {invoice: 10})
        self.assertHeld({invoice: 1150})
        self.assertEqual(invoice.due_now, 230)

    def test_other_invoice_address(self):
        """The invoice goes to a contact, or to another company: it is held all the same."""
        contact = self.env["res.partner"].create(
            {"name": "Bookkeeping", "parent_id": self.customer.id, "type": "invoice"}
        )
        office = self.env["res.partner"].create(
            {"name": "Head Office", "is_company": True, "email": "office@example.com"}
        )
        for payer in (contact, office):
            order = self._new_order(10, partner_invoice_id=payer.id)
            case = self._complain(self._deliver(order), [3])
            invoice = self._bill(order)
            self.assertEqual(invoice.partner_id, payer)
            self.assertShares(case, {invoice: 3})
            self.assertHeld({invoice: 345})
            self.assertEqual(case.hold_ids.partner_id, invoice.commercial_partner_id)

    def test_debit_note(self):
        """What is billed on top of an invoice in review is no goods: it is due."""
        order = self._new_order(10)
        self._complain(self._deliver(order))
        invoice = self._bill(order)
        debit = invoice.copy({"invoice_origin": invoice.name})
        debit.invoice_line_ids.write({"sale_line_ids": [Command.clear()]})
        debit.invoice_line_ids.write({"quantity": 1, "name": "Price raised"})
        debit.invoice_date = self.today
        debit.action_post()
        self.assertHeld({invoice: 1150, debit: 0})
        self.assertEqual(debit.due_now, 115)
        debit.button_draft()
        debit.button_cancel()
        self.assertHeld({invoice: 1150})
