from odoo.exceptions import AccessError, ValidationError

from odoo.addons.aftersales_case.tests.common import feature

from .goods import GoodsCommon


class TestGoodsCases(GoodsCommon):
    """Several cases, amounts by hand, and cases that change: whose money is held."""

    def test_several_cases_on_one_invoice(self):
        """The holds of two cases add up, never above what is open."""
        order = self._new_order(10, 4, products=[self.machine, self.grinder])
        slip = self._deliver(order)
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_residual, 1380)
        self._complain(slip, [4, 0])
        self._complain(slip, [0, 4])
        self.assertHeld({invoice: 690})
        self._pay(invoice, 1000)
        self.assertHeld({invoice: 380})
        self.assertEqual(invoice.hold_state, "full")

    def test_two_cases_about_the_same_goods(self):
        """Both dispute the same money; when one is solved the other still holds it."""
        order = self._new_order(10)
        slip = self._deliver(order)
        first = self._complete(self._complain(slip, user_id=self.agent.id))
        second = self._complain(slip)
        invoice = self._bill(order)
        self.assertEqual(first.hold_ids.amount, 1150)
        self.assertEqual(second.hold_ids.amount, 1150)
        self.assertHeld({invoice: 1150})
        self._as(self.agent, first).action_done()
        self.assertHeld({invoice: 1150})

    def test_cases_about_parts_of_a_line_add_up(self):
        """Three cases about one of three machines hold the whole line, to the cent."""
        self.machine.list_price = 33.33
        order = self._new_order(3)
        order.order_line.write({"price_unit": 33.3333, "tax_ids": False})
        slip = self._deliver(order)
        cases = [self._complain(slip, [1]) for _ in range(3)]
        invoice = self._bill(order)
        held = [case.hold_ids.amount for case in cases]
        self.assertEqual(round(sum(held), 2), invoice.amount_total)
        self.assertEqual(invoice.hold_state, "full")

    def test_other_invoices_of_the_customer_are_free(self):
        """A hold on one invoice silences no other."""
        order = self._new_order(10)
        self._complain(self._deliver(order))
        held = self._bill(order)
        free = self._new_invoice(500)
        self.assertHeld({held: 1150, free: 0})

    def test_amount_by_hand(self):
        """A disputed amount that somebody entered no longer follows the goods."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order))
        invoice = self._bill(order)
        case.hold_ids.write({"scope": "amount", "amount": 100})
        self.assertHeld({invoice: 100})
        case.line_ids.quantity = 5
        self.assertHeld({invoice: 100})
        self._credit(invoice, price=10)
        self.assertEqual(case.hold_ids.end_reason, "credited")

    def test_quantity_by_hand(self):
        """A share changed by hand stays, and its money follows."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order), [4])
        first = self._bill(order, quantity=4)
        self._as(self.agent, case.share_ids).quantity = 1
        self._bill(order)
        self.assertShares(case, {first: 1})
        self.assertHeld({first: 115})
        with self.assertRefused(AccessError, "Only the quantity"):
            self._as(self.agent, case.share_ids).amount = 5
        with self.assertRefused(ValidationError, "Lower one of them"):
            self._as(self.agent, case.share_ids).quantity = 9

    def test_quantity_by_hand_is_credited(self):
        """3 by hand are credited and then disputed no more; 2 that were set later are."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order))
        invoice = self._bill(order)
        share = case.share_ids
        share.quantity = 3
        self.assertHeld({invoice: 345})
        note = self._credit(invoice, quantity=3)
        self.assertHeld({invoice: 0})
        self.assertEqual(case.hold_ids.end_reason, "credited")
        share.quantity = 2
        self.assertHeld({invoice: 230})
        note.line_ids.remove_move_reconcile()
        self.assertHeld({invoice: 575})

    @feature("N-06")
    def test_converting_keeps_the_hold(self):
        """A complaint becomes a dispute: hold and dates stay, debtor control settles."""
        dispute = self._copy_type("aftersales_case.type_dispute", "TDSP")
        dispute.write(
            {
                "settled_by": "debtor",
                "hold_reason_id": self.env.ref("aftersales_dunning.reason_dispute").id,
                "sequence": 0,
            }
        )
        order = self._new_order(10)
        case = self._complain(self._deliver(order), user_id=self.agent.id)
        self._bill(order)
        hold, since = case.hold_ids, case.hold_ids.date_from
        self._press(self._as(self.agent, case), "action_convert")
        self.assertEqual(case.type_id, dispute)
        self.assertEqual(case.hold_ids, hold)
        self.assertEqual((hold.state, hold.date_from), ("active", since))
        self.assertEqual(hold.settled_by, "debtor")
        self._complete(case)
        self._press(self._as(self.accountant, case), "action_done")
        self.assertEqual(case.state, "done")

    def test_merging_keeps_the_hold(self):
        """The hold goes on with the case that goes on."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order))
        invoice = self._bill(order)
        other = self._new_case()
        case._merge_into(other)
        self.assertEqual(
            other.hold_ids.filtered(lambda h: h.state == "active").move_id, invoice
        )
        self.assertHeld({invoice: 1150})
