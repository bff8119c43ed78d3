from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time

from odoo.addons.aftersales_case.tests.common import feature

from .goods import GoodsCommon


class TestUndo(GoodsCommon):
    """A release is taken back on the same day, while nothing was sent."""

    def _undo(self, hold):
        self._press(self._as(self.accountant, hold), "action_undo_release")

    @feature("N-27", "I2-57")
    def test_every_kind_of_terms(self):
        """The hold works as before, the dates are as before, whatever the terms were."""
        for terms in (
            {"release_policy": "go_on"},
            {"release_policy": "wait", "wait_days": 9},
            {"release_policy": "new_due", "due_days": 9},
            {"release_policy": "restart"},
        ):
            for amount in (300, 1000):
                with self.subTest(terms=terms, amount=amount):
                    invoice = self._new_invoice(1000)
                    sent = self._run().line_ids
                    sent.state = "sent"
                    due = invoice.invoice_date_due
                    hold = self._hold(invoice, "amount", amount)
                    hold._release_by_hand(terms, "remedied")
                    self._undo(hold)
                    self.assertEqual((hold.state, hold.part_state), ("active", False))
                    self.assertEqual(invoice.held_amount, amount)
                    self.assertFalse(hold.outcome or hold.resume_on or hold.due_after)
                    self.assertEqual(invoice.invoice_date_due, due)
                    self.assertEqual(invoice._get_term_lines().date_maturity, due)
                    self.assertFalse(invoice.dunning_due_original)
                    self.assertFalse(sent.manually_overridden)
                    self._pay(invoice)

    @feature("N-27")
    def test_partly(self):
        """What was granted goes back to the hold that it was split off."""
        _order, slip, invoice = self._sell((10, 100))
        hold = self._complain(slip, [3]).hold_ids
        hold._release_by_hand({}, "partly", 121)
        self._undo(hold)
        self.assertEqual((hold.state, hold.held_amount), ("active", 363))
        self.assertEqual((invoice.held_amount, invoice.due_now), (363, 847))
        self.assertFalse(invoice.activity_ids)

    def test_what_the_release_set(self):
        """Amount, scope, terms and what was asked are as before, however it ended."""
        names = ("amount", "scope", "is_manual", "release_policy", "wait_days")
        names += ("due_days", "terms_by_hand", "part_state", "outcome")
        terms = {"release_policy": "wait", "wait_days": 40, "due_days": 99}
        for undecided in (False, True):
            for outcome, granted in (("partly", 121), ("rejected", 0), ("expired", 0)):
                with self.subTest(undecided=undecided, outcome=outcome):
                    _order, slip, invoice = self._sell((10, 100))
                    case = self._complain(slip, [3])
                    if undecided:
                        case._force_stage(self.stage_solved, "No time")
                    hold = case.hold_ids
                    before = hold.read(names)
                    asked = invoice.activity_ids.mapped("note")
                    hold._release_by_hand(terms, outcome, granted)
                    self.assertEqual(hold.wait_days, 40)
                    self._undo(hold)
                    self.assertEqual(hold.read(names), before)
                    self.assertEqual(invoice.activity_ids.mapped("note"), asked)
                    self.assertEqual((invoice.held_amount, invoice.due_now), (363, 847))

    def test_goods_follow_again(self):
        """What was granted in part and taken back follows its goods as before."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        case.hold_ids._release_by_hand({}, "partly", 121)
        self._undo(case.hold_ids.sorted("id")[0])
        case.line_ids.quantity = 2
        self.assertHeld({invoice: 242})
        self._credit(invoice, quantity=1)
        self.assertHeld({invoice: 121})

    def test_goods_changed_in_between(self):
        """What the case is about by now is held, not what it was at the release."""
        for quantity, held in ((2, 242), (4, 484)):
            _order, slip, invoice = self._sell((10, 100))
            case = self._complain(slip, [3])
            case.hold_ids._release_by_hand({}, "rejected")
            case.line_ids.quantity = quantity
            self._undo(case.hold_ids)
            self.assertHeld({invoice: held})
        case.hold_ids._release_by_hand({}, "rejected")
        case.line_ids.concerned = False
        self._undo(case.hold_ids)
        self.assertHeld({invoice: 0})
        self.assertEqual(case.hold_ids.end_reason, "taken_off")

    def test_too_late(self):
        """Not on the next day, nor once a reminder was sent or the customer was told."""
        holds = [self._hold(self._new_invoice(1000), "amount", 300) for _ in range(3)]
        for hold in holds:
            hold._release_by_hand({}, "rejected")
        with freeze_time(self.today + timedelta(days=1)):
            with self.assertRefused(UserError, "same day"):
                holds[0].action_undo_release()
        lines = self._run().line_ids
        sent = lines.filtered(lambda x: x.invoice_id == holds[1].move_id)
        sent.state = "sent"
        self.env.flush_all()
        # Written in a transaction that began after the release.
        self.env.cr.execute(
            "UPDATE credit_control_line SET write_date = write_date + interval '1 hour'"
            " WHERE id = ANY(%s)",
            (sent.ids,),
        )
        with self.assertRefused(UserError, "reminder was sent"):
            holds[1].action_undo_release()
        template = self.env.ref("aftersales_dunning.mail_outcome_rejected")
        holds[2]._tell_customers(template)
        with self.assertRefused(UserError, "was told"):
            holds[2].action_undo_release()
        with Form(self._as(self.accountant, holds[2])) as form:
            self.assertFalse(form.may_undo)
        running = self._hold(self._new_invoice(10), "amount", 3)
        with self.assertRefused(UserError, "by hand"):
            running.action_undo_release()

    def test_request_that_never_worked(self):
        """Who withdraws what waits for an approval makes nothing work by undoing that."""
        reason = self.env.ref("aftersales_dunning.reason_product")
        reason.needs_approval = True
        invoice = self._new_invoice(1000)
        case = self._new_case(user_id=self.agent.id)
        mine = self._as(self.agent)["aftersales.dunning.hold"]
        hold = mine.create(
            {
                "case_id": case.id,
                "move_id": invoice.id,
                "scope": "amount",
                "amount": 300,
                "reason_id": reason.id,
            }
        )
        self.assertEqual((hold.state, hold.waits_for), ("requested", "approval"))
        hold._release_by_hand({}, "remedied")
        with self.assertRefused(UserError, "by hand"):
            hold.action_undo_release()
        self.assertFalse(hold.may_undo)
        self.assertEqual((hold.state, invoice.due_now), ("released", 1000))

    def test_last_one_first(self):
        """Two releases moved the due date one after the other: the last goes first."""
        invoice = self._new_invoice(1000)
        before = invoice.invoice_date_due
        first, last = self._hold(invoice), self._hold_later(invoice)
        with self.assertRefused(UserError, "Another release followed"):
            first.action_undo_release()
        self.assertEqual(invoice.invoice_date_due, self.today + timedelta(days=30))
        self._undo(last)
        self.assertEqual(invoice.invoice_date_due, self.today + timedelta(days=14))
        last._end("refused")
        self._undo(first)
        self.assertEqual(invoice.invoice_date_due, before)
        self.assertFalse(invoice.dunning_due_original)

    def _hold_later(self, invoice):
        """Release the hold of an invoice with a new date, then another with a later."""
        invoice.hold_ids._release_by_hand({"release_policy": "new_due", "due_days": 14})
        hold = self._hold(invoice)
        hold._release_by_hand({"release_policy": "new_due", "due_days": 30})
        return hold
