from datetime import timedelta

from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .goods import GoodsCommon


class TestGoodsOff(GoodsCommon):
    """Goods without money, and goods that go off the case: nothing is released."""

    def _due(self, invoice):
        return invoice.invoice_date_due, invoice.dunning_due_moved

    def test_goods_for_nothing(self):
        """What costs nothing is complained about, and nothing is held of it."""
        order = self._new_order(10, 2, products=[self.machine, self.grinder])
        order.order_line[1].price_unit = 0
        slip = self._deliver(order)
        invoice = self._bill(order)
        due = self._due(invoice)
        case = self._complain(slip, [0, 2])
        self.assertFalse(case.hold_ids.filtered("date_from").filtered("resume_on"))
        self.assertEqual(case.invoice_state, "found")
        self.assertEqual(self._due(invoice), due)
        self.assertHeld({invoice: 0})
        free = self._new_order(3, products=[self.grinder])
        free.order_line.discount = 100
        slip = self._deliver(free)
        case = self._complain(slip)
        self._bill(free)
        self.assertFalse(case.hold_ids)

    @feature("P-47")
    def test_goods_ticked_off_in_the_form(self):
        """The agent finds that nothing is wrong with them: no terms, no new due date."""
        order = self._new_order(10)
        slip = self._deliver(order)
        invoice = self._bill(order, date=self.today - timedelta(days=60))
        due = self._due(invoice)
        case = self._complain(slip, user_id=self.agent.id)
        self.assertHeld({invoice: 1150})
        with Form(self._as(self.agent, case)) as form, form.line_ids.edit(0) as line:
            line.concerned = False
        hold = case.hold_ids
        self.assertEqual((hold.state, hold.end_reason), ("withdrawn", "taken_off"))
        self.assertFalse(hold.resume_on or hold.due_after)
        self.assertEqual(self._due(invoice), due)
        self.assertHeld({invoice: 0})

    def test_ticked_off_and_on_again(self):
        """The hold comes back, as old as it was."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order))
        invoice = self._bill(order)
        hold = case.hold_ids
        began = self.today - timedelta(days=80)
        hold.write({"date_from": began, "date_until": self.today + timedelta(days=10)})
        case.line_ids.concerned = False
        case.line_ids.concerned = True
        again = case.hold_ids - hold
        self.assertEqual((again.state, again.follows_id), ("active", hold))
        self.assertEqual((again.date_from, again.days_held), (began, 80))
        self.assertHeld({invoice: 1150})

    def test_quantity_on_its_way(self):
        """A quantity is lowered to nothing, saved, and typed anew."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order), user_id=self.agent.id)
        invoice = self._bill(order)
        due = self._due(invoice)
        with Form(self._as(self.agent, case)) as form, form.line_ids.edit(0) as line:
            line.quantity = 0
        self.assertEqual(case.hold_ids.end_reason, "taken_off")
        self.assertEqual(self._due(invoice), due)
        with Form(self._as(self.agent, case)) as form, form.line_ids.edit(0) as line:
            line.quantity = 3
        self.assertHeld({invoice: 345})
        self.assertEqual(self._due(invoice), due)

    def test_one_of_two_invoices(self):
        """Fewer goods: those billed last leave their invoice, and say so."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order))
        first, second = self._bill(order, quantity=4), self._bill(order)
        due = self._due(second)
        case.line_ids.quantity = 3
        self.assertHeld({first: 345, second: 0})
        gone = case.hold_ids.filtered(lambda hold: hold.move_id == second)
        self.assertEqual(gone.end_reason, "taken_off")
        self.assertEqual(self._due(second), due)

    def test_lines_deleted_and_slip_changed(self):
        """Another slip on the case takes the goods of the first one off it."""
        order, other = self._new_order(10), self._new_order(2)
        case = self._complain(self._deliver(order))
        invoice = self._bill(order)
        slip = self._deliver(other)
        wanted = self._bill(other)
        case.slip_number = slip.name
        self.assertHeld({invoice: 0, wanted: 230})
        gone = case.hold_ids.filtered(lambda hold: hold.move_id == invoice)
        self.assertEqual(gone.end_reason, "taken_off")
        case.line_ids.unlink()
        self.assertHeld({wanted: 0})
        self.assertEqual(set(case.hold_ids.mapped("end_reason")), {"taken_off"})

    def test_credited_goods_have_terms(self):
        """Goods that were credited, or their price, are settled as before."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order), [4])
        invoice = self._bill(order)
        self._credit(invoice, quantity=4)
        self.assertEqual(case.hold_ids.end_reason, "credited")
