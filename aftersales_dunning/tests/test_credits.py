from odoo.fields import Command
from odoo.tests import Form

from .goods import GoodsCommon


class TestCredits(GoodsCommon):
    """Credit notes: of goods and of money, of what they are for, matched or not."""

    def _get_questions(self, invoice):
        return invoice._get_credit_questions()

    # === Goods, or money === #

    def test_credited_goods_at_any_price(self):
        """What is complained about is credited as it was billed: nothing is held.

        The unit prices of both differ by rounding, their amounts do not.
        """
        included = self.vat_included
        for quantity, price, discount, tax, disputed, total, held in (
            (3, 33.333, 0, None, 1, 121.00, 40.33),
            (10, 19.99, 0, included, 1, 199.90, 19.99),
            (9, 12.50, 15, None, 1, 115.71, 12.86),
            (7, 0.99, 33.33, included, 3, 4.62, 1.98),
            (6, 16.667, 7.5, None, 4, 111.93, 74.62),
        ):
            with self.subTest(price=price, discount=discount):
                _order, slip, invoice = self._sell((quantity, price, discount), tax=tax)
                self.assertEqual(invoice.amount_total, total)
                case = self._complain(slip, [disputed])
                self.assertHeld({invoice: held})
                line = invoice.invoice_line_ids
                note = self._credit_lines(invoice, {line: {"quantity": disputed}})
                self.assertDue(invoice, 0, round(total - note.amount_total, 2))
                self.assertEqual(case.hold_ids.end_reason, "credited")
                # Taken for a price credit, it would come off the money alone.
                self.assertEqual(case.line_ids.credited_quantity, disputed)
                self.assertShares(case, {})

    def test_price_credit_of_the_disputed(self):
        """4 of 10 are disputed; a price credit of 4 × 25 is for exactly these."""
        _order, slip, invoice = self._sell((10, 100))
        self._complain(slip, [4])
        self.assertDue(invoice, 484, 726)
        line = invoice.invoice_line_ids
        self._credit_lines(invoice, {line: {"quantity": 4, "price_unit": 25}})
        self.assertDue(invoice, 363, 726)

    def test_money_credit_without_product(self):
        """A rebate made by hand and matched comes off the disputed amount first."""
        _order, slip, invoice = self._sell((10, 100))
        self._complain(slip, [4])
        note = self._new_credit_note(("Rebate", 100))
        self.assertDue(invoice, 484, 726)
        self._match(invoice, note)
        self.assertDue(invoice, 363, 726)

    def test_money_credit_matched_in_part(self):
        """The rest of the rebate paid another invoice."""
        _order, slip, invoice = self._sell((10, 100))
        self._complain(slip, [4])
        note = self._new_credit_note(("Rebate", 200))
        self._match(self._new_invoice(100), note)
        self.assertEqual(note.amount_residual, 142)
        self._match(invoice, note)
        self.assertDue(invoice, 342, 726)

    def test_money_credit_of_the_product(self):
        """By hand, and it names the product of one of two lines."""
        _order, slip, invoice = self._sell(
            (10, 100), (2, 150), products=[self.machine, self.grinder]
        )
        self._complain(slip, [4, 0])
        note = self._new_credit_note((self.machine, 100))
        self._match(invoice, note)
        self.assertDue(invoice, 363, 1089)
        note = self._new_credit_note((self.grinder, 100))
        self._match(invoice, note)
        self.assertDue(invoice, 363, 968)
        self.assertFalse(self._get_questions(invoice))

    def test_money_credit_above_the_disputed(self):
        """What is credited beyond the disputed amount comes off the rest."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [1])
        line = invoice.invoice_line_ids
        self._credit_lines(invoice, {line: {"quantity": 1, "price_unit": 250}})
        self.assertDue(invoice, 0, 907.5)
        self.assertEqual(case.hold_ids.end_reason, "credited")

    def test_rebate_in_a_reversal(self):
        """A credit note that reverses the invoice has a line without product."""
        _order, slip, invoice = self._sell((10, 100))
        self._complain(slip, [4])
        rebate = {
            "name": "Rebate",
            "product_id": False,
            "sale_line_ids": [Command.clear()],
            "quantity": 1,
            "price_unit": 50,
            "tax_ids": [Command.set(self.vat.ids)],
        }
        self._credit_lines(invoice, {invoice.invoice_line_ids: rebate})
        self.assertDue(invoice, 423.5, 726)

    def test_more_credited_than_disputed(self):
        """3 are disputed, 5 credited: the other two were due, and are no more."""
        _order, slip, invoice = self._sell((10, 100))
        self._complain(slip, [3])
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 5}})
        self.assertDue(invoice, 0, 605)

    def test_amount_by_hand_and_credited_goods(self):
        """What is credited since comes off it, also of goods that nobody disputes."""
        _order, slip, invoice = self._sell((10, 100))
        hold = self._complain(slip, [3]).hold_ids
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 1}})
        self.assertDue(invoice, 242, 847)
        self._as(self.accountant, hold).amount = 700
        self.assertDue(invoice, 700, 389)
        hold.case_id._sync_goods()
        self.assertDue(invoice, 700, 389)
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 4}})
        self.assertEqual(hold.credited_amount, 484)
        self.assertDue(invoice, 216, 389)

    def test_all_is_disputed(self):
        """Whatever is credited comes off an invoice that is disputed as a whole."""
        for scope, amount in (("invoice", 0), ("amount", 1210)):
            with self.subTest(scope=scope):
                _order, _slip, invoice = self._sell((10, 100))
                hold = self._hold(invoice, scope, amount)
                self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 3}})
                self.assertDue(invoice, 847, 0)
                self.assertEqual((hold.credited_amount, hold.open_amount), (363, 847))
                self.assertFalse(self._get_questions(invoice))

    # === What is not clear is asked === #

    def test_freight_is_credited(self):
        """Goods are held by hand, the freight is credited: the accountant is asked."""
        _order, _slip, invoice = self._sell(
            (10, 100), (1, 300), products=[self.machine, self.grinder], tax=self.no_tax
        )
        hold = self._hold(invoice, scope="amount", amount=300)
        freight = invoice.invoice_line_ids[1]
        self._credit_lines(invoice, {freight: {}})
        self.assertDue(invoice, 300, 700)
        self.assertEqual(len(self._get_questions(invoice)), 1)
        self.assertEqual(hold.state, "active")

    def test_freight_is_credited_while_goods_are_disputed(self):
        """A case names its goods: the freight is none of them, and nobody is asked."""
        _order, slip, invoice = self._sell(
            (10, 100), (1, 300), products=[self.machine, self.grinder]
        )
        self._complain(slip, [3, 0])
        self._credit_lines(invoice, {invoice.invoice_line_ids[1]: {}})
        self.assertDue(invoice, 363, 847)
        self.assertFalse(self._get_questions(invoice))

    def test_question_is_asked_once_and_answered(self):
        """Two cases about one line: a price credit is asked once; an amount answers."""
        _order, slip, invoice = self._sell((10, 100))
        first = self._complain(slip, [3])
        self._complain(slip, [4])
        line = invoice.invoice_line_ids
        values = {line: {"quantity": 1, "price_unit": 50}}
        self._credit_lines(invoice, values)
        self.assertDue(invoice, 847, 302.5)
        self.assertEqual(len(self._get_questions(invoice)), 1)
        again = self._credit_lines(invoice, values)
        self.assertEqual(len(self._get_questions(invoice)), 1)
        self.assertIn(again.name, self._get_questions(invoice).note)
        mine = self._as(self.accountant, first.hold_ids)
        mine.amount = 242
        self.assertFalse(self._get_questions(invoice))
        self.assertDue(invoice, 726, 363)
        first._sync_goods()
        self.assertDue(invoice, 726, 363)

    def test_rebate_on_an_invoice_of_several_lines(self):
        """A rebate without product on two lines, one of them disputed: asked."""
        _order, slip, invoice = self._sell(
            (10, 100), (2, 150), products=[self.machine, self.grinder]
        )
        self._complain(slip, [4, 0])
        self._match(invoice, self._new_credit_note(("Rebate", 100)))
        self.assertDue(invoice, 484, 968)
        [question] = self._get_questions(invoice)
        question.action_feedback(feedback="It is for the grinders")
        self._pay(invoice, 100)
        self.assertFalse(self._get_questions(invoice))
        self.assertDue(invoice, 484, 868)

    def test_sole_claim_on_a_sole_line(self):
        """There is but one line, and one who disputes some of it: that is clear."""
        invoice = self._new_invoice(1000)
        hold = self._hold(invoice, scope="amount", amount=400)
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"price_unit": 150}})
        self.assertDue(invoice, 250, 600)
        self.assertEqual(hold.credited_amount, 150)

    def test_whole_invoice_is_credited(self):
        """Nothing is open any more: there is nothing to ask."""
        _order, _slip, invoice = self._sell(
            (10, 100), (1, 300), products=[self.machine, self.grinder]
        )
        hold = self._hold(invoice, scope="amount", amount=300)
        self._credit(invoice)
        self.assertDue(invoice, 0, 0)
        self.assertEqual(hold.end_reason, "credited")
        self.assertFalse(self._get_questions(invoice))
        self.assertFalse(invoice.dunning_credits_asked)

    def test_second_case_makes_it_unclear(self):
        """Another case disputes the line as well: now debtor control is asked."""
        _order, slip, invoice = self._sell((10, 100))
        first = self._complain(slip, [3])
        line = invoice.invoice_line_ids
        self._credit_lines(invoice, {line: {"quantity": 1, "price_unit": 50}})
        self.assertDue(invoice, 302.5, 847)
        second = self._complain(slip, [4])
        [question] = self._get_questions(invoice)
        self.assertTrue(question.user_id.has_group("account.group_account_invoice"))
        self.assertDue(invoice, 847, 302.5)
        self._reject(first)
        self.assertEqual(self._get_questions(invoice), question)
        self._reject(second)
        self.assertFalse(self._get_questions(invoice))

    # === Not matched yet === #

    def test_refund_of_the_order_is_held_until_matched(self):
        """3 came back and were refunded from the order; 363 of credit are open."""
        order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        self._return(slip, 3)
        refund = self._bill(order, final=True)
        self.assertEqual(refund.amount_residual, 363)
        self.assertDue(invoice, 363, 847)
        self._match(invoice, refund)
        self.assertDue(invoice, 0, 847)
        self.assertEqual(case.hold_ids.end_reason, "credited")

    def test_complaint_after_the_refund(self):
        """The refund came before the complaint about the same goods: held as well."""
        order, slip, invoice = self._sell((10, 100))
        self._return(slip, 3)
        refund = self._bill(order, final=True)
        case = self._complain(slip, [3])
        self.assertDue(invoice, 363, 847)
        self._match(invoice, refund)
        self.assertDue(invoice, 0, 847)
        self.assertEqual(case.hold_ids.end_reason, "credited")

    def test_complaint_about_what_was_refunded(self):
        """Nothing else was ever disputed: all of it, or three typed before the case is."""
        order, slip, invoice = self._sell((4, 100))
        self._return(slip, 4)
        refund = self._bill(order, final=True)
        case = self._complain(slip)
        self.assertDue(invoice, 484, 0)
        self._match(invoice, refund)
        self.assertDue(invoice, 0, 0)
        self.assertEqual(case.hold_ids.mapped("end_reason"), ["credited"])
        order, slip, invoice = self._sell((10, 100))
        self._return(slip, 3)
        self._bill(order, final=True)
        with Form(self._as(self.agent)["aftersales.case"]) as form:
            form.name = "Three are back"
            form.type_id = self.type_complaint
            form.slip_number = slip.name
            with form.line_ids.edit(0) as line:
                line.quantity = 3
        self.assertDue(invoice, 363, 847)

    def test_refunded_and_billed_again(self):
        """The goods are on a new invoice; the credit of the old one is not matched."""
        order, slip, invoice = self._sell((10, 100))
        self._complain(slip, [3])
        note = self._credit_lines(invoice, {invoice.invoice_line_ids: {}}, post=False)
        note.reversed_entry_id = False
        note.action_post()
        self.assertDue(invoice, 363, 847)
        again = self._bill(order)
        self.assertDue(again, 363, 847)
        self.assertDue(invoice, 363, 847)
        self._match(invoice, note)
        self.assertDue(invoice, 0, 0)
        self.assertDue(again, 363, 847)

    def test_reopened_case_disputes_again(self):
        """A solved case waits for its credit note; reopened, it disputes all again."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complete(self._complain(slip, [3], user_id=self.agent.id))
        line = invoice.invoice_line_ids
        self._credit_lines(invoice, {line: {"quantity": 1}}, post=False)
        self._as(self.agent, case).action_done()
        self.assertDue(invoice, 121, 1089)
        self._as(self.agent, case)._reopen("It leaks again")
        self.assertDue(invoice, 363, 847)

    def test_refund_of_more_than_is_disputed(self):
        """5 were refunded, 3 of them were complained about; some of it is matched."""
        order, slip, invoice = self._sell((10, 100))
        self._complain(slip, [3])
        self._return(slip, 5)
        refund = self._bill(order, final=True)
        self.assertDue(invoice, 363, 847)
        other = self._new_invoice(400)
        self._match(other, refund)
        self.assertEqual(refund.amount_residual, 205)
        self.assertDue(invoice, 205, 1005)

    def test_refund_matched_with_another_invoice(self):
        """The credit paid another invoice: nothing of this one is credited."""
        order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        self._return(slip, 3)
        refund = self._bill(order, final=True)
        self._match(self._new_invoice(1000), refund)
        self.assertDue(invoice, 0, 1210)
        self.assertEqual(case.hold_ids.end_reason, "credited")

    def test_matching_is_undone(self):
        """What was matched by mistake is held again."""
        order, slip, invoice = self._sell((10, 100))
        self._complain(slip, [4])
        self._return(slip, 3)
        refund = self._bill(order, final=True)
        self._match(invoice, refund)
        self.assertDue(invoice, 121, 726)
        refund.line_ids.remove_move_reconcile()
        self.assertDue(invoice, 484, 726)

    def test_draft_credit_note_keeps_the_hold_of_a_solved_case(self):
        """The case is granted and solved while its credit note is a draft."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complete(self._complain(slip, [3], user_id=self.agent.id))
        line = invoice.invoice_line_ids
        note = self._credit_lines(invoice, {line: {"quantity": 3}}, post=False)
        self._as(self.agent, case).action_done()
        self.assertDue(invoice, 363, 847)
        note.action_post()
        self.assertEqual(invoice.amount_residual, 847)
        self.assertDue(invoice, 0, 847)
        self.assertEqual(case.hold_ids.end_reason, "credited")

    def test_draft_credit_note_is_deleted(self):
        """The draft is gone: the solved case gives its invoice back."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complete(self._complain(slip, [3], user_id=self.agent.id))
        line = invoice.invoice_line_ids
        note = self._credit_lines(invoice, {line: {"quantity": 2}}, post=False)
        self._as(self.agent, case).action_done()
        self.assertDue(invoice, 242, 968)
        note.unlink()
        self.assertDue(invoice, 0, 1210)
        self.assertEqual(case.hold_ids.end_reason, "solved")

    def test_open_credit_outlasts_the_case(self):
        """The case is solved while the refund of the order is not matched."""
        order, slip, invoice = self._sell((10, 100))
        case = self._complete(self._complain(slip, [3], user_id=self.agent.id))
        self._return(slip, 3)
        refund = self._bill(order, final=True)
        self._as(self.agent, case).action_done()
        self.assertDue(invoice, 363, 847)
        self._match(invoice, refund)
        self.assertDue(invoice, 0, 847)

    def test_silence_outlasts_a_draft_but_no_credit(self):
        """The time of the hold is up: what is credited stays held until matched."""
        order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        self._return(slip, 3)
        refund = self._bill(order, final=True)
        case.hold_ids._end("expired")
        self.assertDue(invoice, 363, 847)
        self._match(invoice, refund)
        self.assertDue(invoice, 0, 847)
        _order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        line = invoice.invoice_line_ids
        self._credit_lines(invoice, {line: {"quantity": 3}}, post=False)
        case.hold_ids._end("expired")
        self.assertDue(invoice, 0, 1210)

    def test_rejected_case_waits_for_no_credit(self):
        """A rejected complaint ends its hold, whatever draft lies around."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        line = invoice.invoice_line_ids
        self._credit_lines(invoice, {line: {"quantity": 3}}, post=False)
        self._reject(case)
        self.assertDue(invoice, 0, 1210)

    # === Which goods were credited === #

    def test_sent_back_before_it_was_billed(self):
        """3 of 10 came back before 7 were billed: 3 or 4 of the kept are disputed."""
        for disputed, held in ((3, 363), (4, 484), (9, 847)):
            with self.subTest(disputed=disputed):
                order = self._new_order(10)
                order.order_line.tax_ids = self.vat
                slip = self._deliver(order)
                self._return(slip, 3)
                invoice = self._bill(order)
                self.assertEqual(invoice.amount_total, 847)
                self._complain(slip, [disputed])
                self.assertDue(invoice, held, 847 - held)

    def test_sent_back_before_and_credited_after(self):
        """3 came back unbilled; 2 of the 7 billed are credited of 4 disputed."""
        order = self._new_order(10)
        order.order_line.tax_ids = self.vat
        slip = self._deliver(order)
        self._return(slip, 3)
        invoice = self._bill(order)
        self._complain(slip, [4])
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 2}})
        self.assertDue(invoice, 242, 363)

    def test_rejected_case_takes_no_credit(self):
        """The first case is rejected, the second granted and credited."""
        _order, slip, invoice = self._sell((10, 100))
        self._reject(self._complain(slip, [3]))
        second = self._complain(slip, [3])
        self.assertDue(invoice, 363, 847)
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 3}})
        self.assertDue(invoice, 0, 847)
        self.assertEqual(second.hold_ids.end_reason, "credited")

    def test_withdrawn_case_takes_no_credit(self):
        """Withdrawn, rejected, and two that are open: these have what is credited."""
        _order, slip, invoice = self._sell((10, 100))
        self._complain(slip, [2]).action_cancel()
        self._reject(self._complain(slip, [2]))
        cases = self._complain(slip, [2]) | self._complain(slip, [2])
        self.assertDue(invoice, 484, 726)
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 3}})
        self.assertDue(invoice, 121, 726)
        self.assertEqual(cases.hold_ids.mapped("held_amount"), [0, 121])

    def test_open_cases_take_the_credit_first(self):
        """The first case was repaired and solved; what is credited is the second's.

        What was repaired is due on a day of its own, and stays out until then.
        """
        _order, slip, invoice = self._sell((10, 100))
        first = self._complete(self._complain(slip, [3], user_id=self.agent.id))
        self._complain(slip, [3])
        self._as(self.agent, first).action_done()
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 3}})
        self.assertEqual(first.hold_ids.part_state, "waiting")
        self.assertDue(invoice, 363, 484)

    def test_solved_case_keeps_its_credit(self):
        """3 were credited and the case solved; a new complaint is about 3 others."""
        _order, slip, invoice = self._sell((10, 100))
        first = self._complete(self._complain(slip, [3], user_id=self.agent.id))
        self._credit_lines(invoice, {invoice.invoice_line_ids: {"quantity": 3}})
        self._as(self.agent, first).action_done()
        self._complain(slip, [3])
        self.assertDue(invoice, 363, 484)
