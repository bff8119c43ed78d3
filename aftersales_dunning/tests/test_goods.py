from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .goods import GoodsCommon


class TestGoods(GoodsCommon):
    """A hold follows the goods; the table in the readme says what happens when."""

    @feature("I2-52", "I2-54", "N-01")
    def test_waits_for_the_invoice(self):
        """The slip is not billed yet; posting the invoice links and holds it."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order))
        self.env.flush_all()
        with Form(self._as(self.agent, case)) as form:
            self.assertEqual(form.invoice_state, "waiting")
            self.assertFalse(form.share_ids)
        invoice = self._bill(order)
        self.assertShares(case, {invoice: 10})
        self.assertHeld({invoice: 1150})
        self.assertEqual(invoice.hold_state, "full")
        self._assert_shown(case, {invoice: (10, 1150)})
        with Form(self._as(self.accountant, invoice)) as form:
            self.assertEqual(form.aftersales_case_count, 1)
            self.assertIn(case.number, form.dunning_notice)
        action = self._press(
            self._as(self.accountant, invoice), "action_view_aftersales_cases"
        )
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), case)

    def test_finds_the_invoice_that_is_there(self):
        """The slip was billed before the customer complained, about four of ten."""
        order = self._new_order(10)
        slip = self._deliver(order)
        invoice = self._bill(order)
        case = self._complain(slip, [4])
        self.assertShares(case, {invoice: 4})
        self.assertHeld({invoice: 460})
        self.assertEqual(invoice.hold_state, "partial")
        self.assertEqual(invoice.due_now, 690)

    @feature("N-01")
    def test_one_slip_on_several_invoices(self):
        """Each invoice holds its share."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order))
        first = self._bill(order, quantity=4)
        self.assertEqual(case.invoice_state, "partly")
        second = self._bill(order)
        self.assertShares(case, {first: 4, second: 6})
        self.assertHeld({first: 460, second: 690})
        self._assert_shown(case, {first: (4, 460), second: (6, 690)})

    @feature("N-01")
    def test_several_slips_on_one_invoice(self):
        """A collective invoice is held for the part of the slip complained about."""
        first, second = self._new_order(3), self._new_order(7)
        case = self._complain(self._deliver(first))
        self._deliver(second)
        invoice = self._bill(first | second)
        self.assertEqual(len(invoice), 1)
        self.assertShares(case, {invoice: 3})
        self.assertHeld({invoice: 345})
        with Form(self._as(self.accountant, invoice)) as form:
            self.assertRegex(form.dunning_notice, r"345\.00 of the open .*1,150\.00")
            self.assertEqual(form.due_now, 805)

    def test_invoice_before_delivery(self):
        """The line waits for goods; each slip finds it when it is delivered."""
        self.machine.invoice_policy = "order"
        order = self._new_order(10)
        invoice = self._bill(order)
        case = self._complain(self._deliver(order, 4))
        self.assertShares(case, {invoice: 4})
        self._deliver(order)
        self.assertShares(case, {invoice: 4})

    def test_partial_invoicing(self):
        """What is not billed yet is watched; the hold grows with the next invoice."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order, 4))
        first = self._bill(order)
        other = self._complain(self._deliver(order))
        second = self._bill(order)
        self.assertShares(case, {first: 4})
        self.assertShares(other, {second: 6})

    @feature("N-01")
    def test_credited_and_billed_again(self):
        """After a credit note the hold goes to the corrected invoice by itself."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order), [4])
        invoice = self._bill(order)
        draft = self._credit(invoice, modify=True)
        self.assertFalse(case.share_ids)
        self.assertEqual(case.hold_ids.end_reason, "credited")
        draft.invoice_date = self.today
        draft.action_post()
        self.assertShares(case, {draft: 4})
        self.assertHeld({draft: 460, invoice: 0})
        self.assertEqual(
            case.hold_ids.sorted("id").mapped("state"), ["released", "active"]
        )
        self._assert_shown(case, {draft: (4, 460)})
        with Form(self._as(self.accountant, draft)) as form:
            self.assertRegex(form.dunning_notice, r"460\.00 of the open .*1,150\.00")
        self.assertFalse(Form(self._as(self.accountant, invoice)).dunning_notice)

    @feature("N-01")
    def test_partial_credit_note(self):
        """Three of ten are credited: seven are still held."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order))
        invoice = self._bill(order)
        self._credit(invoice, quantity=3)
        self.assertShares(case, {invoice: 7})
        self.assertHeld({invoice: 805})
        self._assert_shown(case, {invoice: (7, 805)}, "partly")

    @feature("I2-56")
    def test_credit_note_covers_the_invoice(self):
        """The whole invoice is credited: nothing is in review any more."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order), [4])
        invoice = self._bill(order)
        mine = self._as(self.accountant, invoice)
        self.env.flush_all()
        self.assertTrue(Form(mine).dunning_notice)
        self._credit(invoice)
        self.assertEqual(case.hold_ids.end_reason, "credited")
        self.assertFalse(Form(mine).dunning_notice)

    @feature("I2-56")
    def test_credit_note_covers_the_disputed_part(self):
        """The four complained about are credited: the hold ends, the six are dunned."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order), [4])
        invoice = self._bill(order)
        mine = self._as(self.accountant, invoice)
        self.assertTrue(Form(mine).dunning_notice)
        self._credit(invoice, quantity=4)
        self.assertEqual(case.hold_ids.end_reason, "credited")
        self.assertHeld({invoice: 0})
        self.assertEqual(invoice.amount_residual, 690)
        self.assertFalse(Form(mine).dunning_notice)

    def test_returned_goods_are_held_until_refunded(self):
        """The four complained about come back; the refund ends the hold when matched."""
        order = self._new_order(10)
        slip = self._deliver(order)
        case = self._complain(slip, [4])
        invoice = self._bill(order)
        self._return(slip, 4)
        self.assertHeld({invoice: 460})
        refund = self._bill(order, final=True)
        self.assertFalse(case.share_ids)
        self.assertHeld({invoice: 460})
        self._match(invoice, refund)
        self.assertHeld({invoice: 0})
        self.assertEqual(case.hold_ids.end_reason, "credited")

    def test_credit_note_settles_the_first_case(self):
        """Two cases about one delivery: what is credited is taken for the first one's."""
        order = self._new_order(10)
        slip = self._deliver(order)
        first, second = self._complain(slip, [4]), self._complain(slip, [3])
        invoice = self._bill(order)
        self._credit(invoice, quantity=4)
        self.assertEqual(first.hold_ids.end_reason, "credited")
        self.assertEqual(second.hold_ids.state, "active")
        self.assertHeld({invoice: 345})

    def test_price_credit_is_money(self):
        """A credit of the price frees no goods; it lowers what is disputed."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order))
        invoice = self._bill(order)
        self._credit(invoice, price=5)
        self.assertShares(case, {invoice: 10})
        self.assertEqual(case.hold_ids.amount, 1092.5)
        self.assertHeld({invoice: 1092.5})

    @feature("N-01")
    def test_cancelled_and_billed_again(self):
        """A cancelled invoice holds nothing; the next one does."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order))
        invoice = self._bill(order)
        invoice.button_draft()
        self.assertFalse(case.share_ids)
        self.assertEqual(case.hold_ids.state, "withdrawn")
        invoice.button_cancel()
        again = self._bill(order)
        self.assertShares(case, {again: 10})
        self.assertHeld({again: 1150})
        self._assert_shown(case, {again: (10, 1150)})

    def test_down_payment(self):
        """A down payment is no goods; the final invoice is held up to what is open."""
        order = self._new_order(10)
        self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        ).create(
            {"advance_payment_method": "percentage", "amount": 30}
        )._create_invoices(order)
        advance = order.invoice_ids
        advance.invoice_date = self.today
        advance.action_post()
        case = self._complain(self._deliver(order))
        self.assertFalse(case.share_ids)
        final = self._bill(order, final=True)
        self.assertShares(case, {final: 10})
        self.assertHeld({final: final.amount_residual, advance: 0})
        self.assertEqual(final.hold_state, "full")

    def test_return_before_invoice(self):
        """What came back is neither billed nor held."""
        order = self._new_order(10)
        slip = self._deliver(order)
        case = self._complain(slip)
        self._return(slip, 3)
        invoice = self._bill(order)
        self.assertShares(case, {invoice: 7})
        self.assertHeld({invoice: 805})

    def test_return_and_refund_after_invoice(self):
        """Three come back and are refunded: seven are held once that is matched."""
        order = self._new_order(10)
        slip = self._deliver(order)
        case = self._complain(slip)
        invoice = self._bill(order)
        self._return(slip, 3)
        refund = self._bill(order, final=True)
        self.assertEqual(refund.move_type, "out_refund")
        self.assertShares(case, {invoice: 7})
        self.assertHeld({invoice: 1150})
        self._match(invoice, refund)
        self.assertHeld({invoice: 805})

    def test_exchange(self):
        """What comes back without a refund stays billed."""
        order = self._new_order(10)
        slip = self._deliver(order)
        case = self._complain(slip)
        invoice = self._bill(order)
        self._return(slip, 3, to_refund=False)
        self.assertShares(case, {invoice: 10})

    def test_units(self):
        """Ordered and billed in dozens, delivered and complained about in units."""
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._new_order(1)
        order.picking_ids.action_cancel()
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.machine.id,
                            "product_uom_qty": 2,
                            "product_uom_id": dozen.id,
                            "price_unit": 1200,
                        },
                    )
                ],
            }
        )
        order.action_confirm()
        case = self._complain(self._deliver(order), [6])
        invoice = self._bill(order)
        self.assertShares(case, {invoice: 6})
        self.assertHeld({invoice: 690})

    def test_hand_made_invoice_is_confirmed(self):
        """Goods without an order: invoice lines are offered, and one is confirmed."""
        slip = self._deliver_without_order(10)
        case = self._complain(slip, [4], user_id=self.agent.id)
        invoice = self._new_hand_made_invoice(10)
        self._new_hand_made_invoice(10, partner=self.polish_customer)
        self.assertFalse(case.share_ids)
        action = self._as(self.agent, case).action_find_invoice()
        wizard = Form(
            self._as(self.agent)[action["res_model"]].with_context(**action["context"])
        )
        self.assertEqual(len(wizard.line_ids), 1)
        with wizard.line_ids.edit(0) as line:
            self.assertEqual((line.invoice_name, line.quantity), (invoice.name, 4))
            line.confirmed = True
        wizard.save().action_confirm()
        self.assertShares(case, {invoice: 4})
        self.assertHeld({invoice: 460})

    def _deliver_without_order(self, quantity):
        self.env["stock.quant"]._update_available_quantity(
            self.machine, self.stock, quantity
        )
        slip = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.customer.id,
                "location_id": self.stock.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.machine.id,
                            "product_uom_qty": quantity,
                            "location_id": self.stock.id,
                            "location_dest_id": self.env.ref(
                                "stock.stock_location_customers"
                            ).id,
                        }
                    )
                ],
            }
        )
        slip.action_confirm()
        slip.move_ids.write({"quantity": quantity, "picked": True})
        slip.button_validate()
        return slip

    def _new_hand_made_invoice(self, quantity, partner=None):
        line = {
            "product_id": self.machine.id,
            "quantity": quantity,
            "price_unit": 100,
            "tax_ids": [Command.set(self.tax.ids)],
        }
        return self._new_invoice(
            0,
            partner=partner,
            invoice_date=self.today,
            invoice_date_due=self.today,
            invoice_line_ids=[Command.create(line)],
        )

    def test_customers_own_reference_names_the_slip(self):
        """The customer names his own order; the slip is found by it."""
        order = self._new_order(10, client_order_ref="PO 4711")
        slip = self._deliver(order)
        case = self._new_case(slip_number="po 4711")
        self.assertEqual(case.picking_id, slip)

    def test_posting_costs_the_same_for_many(self):
        """Posting one invoice or twenty that no case is about costs as many queries."""
        one = self._bill(self._deliver_new(1), post=False)
        many = self.env["account.move"].union(
            *(self._bill(self._deliver_new(1), post=False) for _ in range(5))
        )
        self.assertEqual(self._count_told(one), self._count_told(many))

    def _deliver_new(self, quantity):
        order = self._new_order(quantity)
        self._deliver(order)
        return order

    def _count_told(self, invoices):
        invoices.invoice_date = self.today
        invoices.action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        invoices._tell_cases()
        return self.env.cr.sql_log_count - before
