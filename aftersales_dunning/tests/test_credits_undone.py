from datetime import timedelta

from .goods import GoodsCommon


class TestCreditsUndone(GoodsCommon):
    """A credit note is unmatched, corrected or cancelled: what it ended comes back."""

    def _unmatch(self, note):
        note.line_ids.remove_move_reconcile()

    def test_goods_are_credited_no_more(self):
        """3 of 10 are credited; unmatched they wait for it, cancelled they are disputed."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        first = case.hold_ids
        first.date_from = self.today - timedelta(days=40)
        note = self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 3}})
        self.assertDue(invoice, 0, 847)
        self._unmatch(note)
        self.assertDue(invoice, 363, 847)
        note.button_draft()
        note.button_cancel()
        self.assertDue(invoice, 363, 847)
        second = case.hold_ids - first
        self.assertEqual((second.follows_id, second.days_held), (first, 40))

    def test_money_is_credited_no_more(self):
        """A rebate by hand covered all that is disputed, until it was unmatched."""
        _order, slip, invoice = self._sell((10, 100))
        self._complain(slip, [3])
        note = self._new_credit_note((self.machine, 300))
        self._match(invoice, note)
        self.assertDue(invoice, 0, 847)
        self._unmatch(note)
        self.assertDue(invoice, 363, 847)

    def test_amount_by_hand(self):
        """400 by hand are credited and it is undone, in part and then wholly."""
        invoice = self._new_invoice(1000)
        hold = self._hold(invoice, scope="amount", amount=400)
        lines = invoice.invoice_line_ids
        some = self._credit_lines(invoice, {lines: {"price_unit": 100}})
        rest = self._credit_lines(invoice, {lines: {"price_unit": 300}})
        self.assertDue(invoice, 0, 600)
        self.assertEqual(hold.end_reason, "credited")
        self._unmatch(rest)
        self.assertDue(invoice, 300, 600)
        self._unmatch(some)
        some.button_draft()
        some.button_cancel()
        self.assertDue(invoice, 400, 600)
        self.assertEqual(hold.state, "active")

    def test_silence_ends_what_came_back(self):
        """What is disputed again is held no longer than its reason says."""
        invoice = self._new_invoice(1000)
        hold = self._hold(invoice, scope="amount", amount=400)
        lines = invoice.invoice_line_ids
        note = self._credit_lines(invoice, {lines: {"price_unit": 400}})
        self.assertEqual((hold.end_reason, hold.part_state), ("credited", "done"))
        self._unmatch(note)
        note.button_draft()
        note.button_cancel()
        self.assertDue(invoice, 400, 600)
        hold.date_until = self.today - timedelta(days=1)
        with self.enter_registry_test_mode():
            self.env.ref("aftersales_dunning.cron_expire_holds").method_direct_trigger()
        self.assertEqual(hold.state, "expired")

    def test_whole_invoice(self):
        """An invoice that is held as a whole was credited as a whole."""
        invoice = self._new_invoice(1000)
        self._hold(invoice)
        note = self._credit_lines(invoice, {invoice.invoice_line_ids: {}})
        self.assertDue(invoice, 0, 0)
        self._unmatch(note)
        self.assertDue(invoice, 1000, 0)

    def test_hold_without_a_case_beside_another(self):
        """Two amounts by hand on one invoice: unpaid, both come back."""
        invoice = self._new_invoice(1000)
        self._hold(invoice, scope="amount", amount=400)
        self._hold(invoice, scope="amount", amount=200)
        self._pay(invoice)
        self.assertDue(invoice, 0, 0)
        invoice.line_ids.remove_move_reconcile()
        self.assertDue(invoice, 600, 400)

    def test_unpaid_while_credited(self):
        """847 paid, 363 credited: when the payment is undone, nothing is disputed."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        payment = self._pay(invoice, 847)
        note = self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 3}})
        self.assertDue(invoice, 0, 0)
        payment.action_draft()
        payment.action_cancel()
        self.assertDue(invoice, 0, 847)
        self.assertEqual(case.hold_ids.end_reason, "credited")
        self._unmatch(note)
        self.assertDue(invoice, 363, 847)

    def test_credit_note_in_draft_again(self):
        """Reset to draft it is still matched, and takes off what it took; then 3 for 4."""
        _order, slip, invoice = self._sell((10, 100))
        self._complain(slip, [4])
        note = self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 4}})
        note.button_draft()
        self.assertEqual(invoice.amount_residual, 726)
        self.assertDue(invoice, 0, 726)
        note.invoice_line_ids.quantity = 3
        note.action_post()
        self._match(invoice, note)
        self.assertDue(invoice, 121, 726)

    def test_solved_case_waits_for_its_credit_again(self):
        """3 credited and solved; unmatched, 363 of credit are open: held until matched."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complete(self._complain(slip, [3], user_id=self.agent.id))
        note = self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 3}})
        self._as(self.agent, case).action_done()
        self.assertDue(invoice, 0, 847)
        self._unmatch(note)
        self.assertDue(invoice, 363, 847)
        self._match(invoice, note)
        self.assertDue(invoice, 0, 847)
        self.assertEqual(case.hold_ids.end_reason, "credited")
        self._unmatch(note)
        note.button_draft()
        note.button_cancel()
        self.assertDue(invoice, 0, 1210)
        self.assertEqual(case.hold_ids.end_reason, "solved")

    def test_rejected_case_waits_for_none(self):
        """One is credited out of goodwill, the case rejected; unmatched, all is due."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        note = self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 1}})
        self._reject(case)
        self._unmatch(note)
        self.assertDue(invoice, 0, 1210)

    def test_one_of_two_credits_of_an_amount_by_hand(self):
        """3 disputed for 500; 2 and 1 are credited; the 2 are undone."""
        _order, slip, invoice = self._sell((10, 100))
        hold = self._complain(slip, [3]).hold_ids
        hold.amount = 500
        line = invoice.invoice_line_ids
        two = self._credit_lines(invoice, {line: {"quantity": 2}})
        self.assertDue(invoice, 258, 710)
        self._credit_lines(invoice, {line: {"quantity": 1}})
        self.assertDue(invoice, 137, 710)
        self._unmatch(two)
        self.assertDue(invoice, 379, 710)
        two.button_draft()
        two.button_cancel()
        self.assertDue(invoice, 379, 710)
