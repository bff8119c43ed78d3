from datetime import timedelta

from odoo import fields

from .goods import GoodsCommon


class TestHoldFollow(GoodsCommon):
    """Age and limits go on with the goods, from the former invoice to the corrected one."""

    def _held_since(self, days, quantity=4, **vals):
        """A case about some of ten machines, whose hold is as old as that."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order), [quantity], user_id=self.agent.id)
        invoice = self._bill(order)
        hold = case.hold_ids
        self.assertEqual(len(hold), 1)
        self.env.flush_all()
        hold.write(
            {
                "date_from": self.today - timedelta(days=days),
                "date_until": self.today + timedelta(days=90 - days),
                "renewal_count": 2,
            }
            | vals
        )
        return order, case, invoice, hold

    def _bill_again(self, order, invoice, **vals):
        """Credit an invoice, and bill it anew."""
        draft = self._credit(invoice, modify=True)
        draft.invoice_date = self.today
        if vals:
            draft.invoice_line_ids.filtered("product_id")[:1].write(vals)
        draft.action_post()
        return draft

    def test_credited_and_billed_again(self):
        """Held for 80 of 90 days: ten are left on the corrected invoice."""
        warned_at = fields.Datetime.now() - timedelta(days=2)
        order, case, invoice, hold = self._held_since(80, warned_at=warned_at)
        again = self._bill_again(order, invoice)
        new = case.hold_ids - hold
        self.assertHeld({invoice: 0, again: 460})
        self.assertEqual(new.follows_id, hold)
        self.assertEqual((new.days_held, new.age), (80, "61"))
        self.assertEqual(new.date_until, self.today + timedelta(days=10))
        self.assertEqual((new.renewal_count, new.warned_at), (2, warned_at))
        found = self.env["aftersales.dunning.hold"].search([("age", "=", "61")])
        self.assertIn(new, found)

    def test_again_and_again(self):
        """The third invoice keeps what the first one began; its end is not put off."""
        order, case, invoice, hold = self._held_since(89)
        second = self._bill_again(order, invoice)
        third = self._bill_again(order, second)
        last = case.hold_ids.filtered(lambda h: h.state == "active")
        self.assertEqual(last.move_id, third)
        self.assertEqual(last.date_from, hold.date_from)
        hold.requested_at -= timedelta(days=89)
        self.assertEqual(last._get_asked_at(), hold.requested_at)
        last.date_until = self.today - timedelta(days=1)
        last._expire_or_warn()
        self.assertEqual(last.state, "expired")
        fourth = self._bill_again(order, third)
        self.assertHeld({fourth: 0})

    def test_cancelled_and_billed_anew(self):
        """An invoice that is cancelled hands its age on as well."""
        order, case, invoice, hold = self._held_since(40)
        invoice.button_draft()
        invoice.button_cancel()
        again = self._bill(order)
        new = case.hold_ids - hold
        self.assertEqual((hold.state, hold.end_reason), ("withdrawn", "moved"))
        self.assertEqual((new.move_id, new.days_held), (again, 40))

    def test_partly_billed_again(self):
        """Of ten, three are credited and billed anew: their hold is as old."""
        order, case, invoice, hold = self._held_since(30, quantity=10)
        self._credit(invoice, quantity=3)
        again = self._bill(order)
        new = case.hold_ids - hold
        self.assertHeld({invoice: 805, again: 345})
        self.assertEqual((new.follows_id, new.days_held), (hold, 30))

    def test_other_goods_begin_anew(self):
        """The rest of the delivery is billed later, and was never held before."""
        order = self._new_order(10)
        case = self._complain(self._deliver(order))
        first = self._bill(order, quantity=4)
        hold = case.hold_ids
        hold.date_from = self.today - timedelta(days=30)
        second = self._bill(order)
        new = case.hold_ids - hold
        self.assertHeld({first: 460, second: 690})
        self.assertFalse(new.follows_id)
        self.assertEqual(new.days_held, 0)

    def test_released_by_hand_stays_released(self):
        """What somebody decided about the goods counts for their next invoice."""
        order, _case, invoice, hold = self._held_since(10)
        self._as(self.agent, hold)._release_by_hand({})
        again = self._bill_again(order, invoice)
        self.assertHeld({again: 0})

    def test_approved_once(self):
        """Debtor control approved it: it is not asked again about the same or less."""
        reason = self.reason.copy({"needs_approval": True})
        self.type_complaint.hold_reason_id = reason
        order, case, invoice, hold = self._held_since(0)
        self.assertEqual(hold.waits_for, "approval")
        self._as(self.accountant, hold).action_approve()
        hold.date_from = self.today - timedelta(days=20)
        again = self._bill_again(order, invoice)
        new = case.hold_ids - hold
        self.assertEqual((new.state, new.approved_by_id), ("active", self.accountant))
        self.assertEqual(new.days_held, 20)
        self.assertHeld({again: 460})
        less = self._bill_again(order, again, price_unit=50)
        self.assertHeld({less: 230})
        more = self._bill_again(order, less, price_unit=150)
        last = case.hold_ids.sorted("id")[-1]
        self.assertEqual((last.move_id, last.amount), (more, 690))
        self.assertEqual((last.state, last.waits_for), ("requested", "approval"))
        self.assertFalse(last.approved_by_id)
        self.assertHeld({more: 0})
        self._as(self.accountant, last).action_approve()
        self.assertEqual(last.days_held, 20)
        self.assertHeld({more: 690})

    def test_parts_add_up_to_what_was_approved(self):
        """Two invoices instead of one: what both hold was approved, and no more."""
        reason = self.reason.copy({"needs_approval": True})
        self.type_complaint.hold_reason_id = reason
        order, case, invoice, hold = self._held_since(0, quantity=10)
        self._as(self.accountant, hold).action_approve()
        self._credit(invoice)
        first = self._bill(order, quantity=4)
        second = self._bill(order, post=False)
        second.invoice_line_ids.filtered("product_id").price_unit = 150
        second.action_post()
        held = {h.move_id: h.state for h in case.hold_ids - hold}
        self.assertEqual(held, {first: "active", second: "requested"})

    def test_another_scope_or_reason_was_not_approved(self):
        """The same money, but for the whole invoice, or for another reason."""
        for change in ("scope", "reason"):
            with self.subTest(change=change):
                reason = self.reason.copy({"needs_approval": True})
                self.type_complaint.hold_reason_id = reason
                order, case, invoice, hold = self._held_since(0, quantity=10)
                self._as(self.accountant, hold).action_approve()
                if change == "scope":
                    reason.scope = "invoice"
                else:
                    self.type_complaint.hold_reason_id = reason.copy()
                again = self._bill_again(order, invoice)
                new = case.hold_ids.filtered(lambda h, m=again: h.move_id == m)
                self.assertEqual((new.state, new.waits_for), ("requested", "approval"))

    def test_never_approved(self):
        """What was refused, or never approved, is no approval."""
        reason = self.reason.copy({"needs_approval": True})
        self.type_complaint.hold_reason_id = reason
        order = self._new_order(10)
        case = self._complain(self._deliver(order), [4], user_id=self.agent.id)
        invoice = self._bill(order)
        self.assertEqual(case.hold_ids.waits_for, "approval")
        again = self._bill_again(order, invoice)
        new = case.hold_ids.filtered(lambda hold: hold.move_id == again)
        self.assertEqual((new.state, new.waits_for), ("requested", "approval"))
