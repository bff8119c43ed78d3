from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .goods import GoodsCommon


class TestReleaseDialog(GoodsCommon):
    """Who releases says what was decided, and reads what happens to part and rest."""

    def _open(self, holds, user=None):
        holds = self._as(user or self.accountant, holds)
        return Form.from_action(
            self._as(user or self.accountant), self._press(holds, "action_release")
        )

    @feature("N-27", "I2-56", "I2-57")
    def test_terms_follow_the_outcome(self):
        """Remedied: a new date for the part. Rejected: at once. In words, before."""
        invoice = self._new_invoice(1000)
        hold = self._hold(invoice, "amount", 300)
        form = self._open(hold)
        self.assertEqual((form.outcome, form.release_policy), ("remedied", "new_due"))
        day = self.env["ir.qweb.field.date"].value_to_html(self._in(14), {})
        first = self.env["ir.qweb.field.date"].value_to_html(self._in(24), {})
        self.assertIn(f"300.00 is due on {day}", form.preview.replace("\xa0", ""))
        self.assertIn(f"the first on {first}", form.preview)
        self.assertIn("keeps its date and its level", form.preview)
        form.outcome = "rejected"
        self.assertEqual(form.release_policy, "go_on")
        self.assertIn("dunned again at once", form.preview)
        form.save().action_release()
        self.assertEqual((hold.outcome, hold.part_state), ("rejected", "dunned"))
        self.assertEqual(invoice.due_now, 1000)

    @feature("N-27")
    def test_all_of_the_invoice(self):
        """Where all is disputed the due date moves, and the dialog says so."""
        invoice = self._new_invoice(1000)
        hold = self._hold(invoice)
        form = self._open(hold)
        self.assertIn("the original date stays visible", form.preview)
        self.assertNotIn("keeps its date", form.preview)
        form.due_days = 30
        form.save().action_release()
        self.assertEqual(invoice.invoice_date_due, self._in(30))

    @feature("N-27")
    def test_partly_credited(self):
        """120 of 363 is granted: that stays out until it is credited, 243 comes back."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        hold = case.hold_ids
        form = self._open(hold)
        form.outcome = "partly"
        form.granted_amount = 121
        self.assertIn("stays out until it is credited", form.preview)
        form.save().action_release()
        granted = case.hold_ids - hold
        self.assertEqual((hold.outcome, hold.part_state), ("partly", "waiting"))
        self.assertEqual((hold.held_amount, hold.resume_on), (242, self._in(14)))
        self.assertEqual((granted.state, granted.part_state), ("active", "to_credit"))
        self.assertEqual((granted.held_amount, invoice.held_amount), (121, 363))
        self.assertIn("121.00", invoice.activity_ids.note)
        action = self._press(
            self._as(self.accountant, granted), "action_draft_credit_note"
        )
        note = self.env["account.move"].browse(action["res_id"])
        self.assertEqual((note.state, note.amount_total), ("draft", 121))
        self.assertEqual(note.reversed_entry_id, invoice)
        note.invoice_date = self.today
        note.action_post()
        self._match(invoice, note)
        self.assertEqual((granted.state, granted.outcome), ("released", "credited"))
        self.assertEqual((invoice.held_amount, invoice.due_now), (242, 847))

    def test_partly_after_a_credit_note(self):
        """One of three was credited before: that is not taken off what is granted."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        hold = case.hold_ids
        self._credit(invoice, quantity=1)
        self.assertEqual(invoice.held_amount, 242)
        hold._release_by_hand({}, "partly", 100)
        granted = case.hold_ids - hold
        self.assertEqual((granted.state, granted.held_amount), ("active", 100))
        self.assertEqual((hold.held_amount, invoice.due_now), (142, 847))

    def test_partly_after_a_price_off(self):
        """So also of an amount without goods."""
        invoice = self._new_invoice(1000)
        refund = invoice._reverse_moves()
        refund.invoice_line_ids.price_unit = 100
        refund.action_post()
        self._match(invoice, refund)
        hold = self._hold(invoice, "amount", 300)
        hold._release_by_hand({}, "partly", 100)
        granted = invoice.hold_ids - hold
        self.assertEqual((granted.state, granted.held_amount), ("active", 100))
        self.assertEqual((hold.held_amount, invoice.due_now), (200, 600))

    @feature("N-27")
    def test_credit_note_from_the_goods(self):
        """What was granted of goods is credited as these goods, in one step."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3])
        form = self._open(case.hold_ids)
        form.outcome = "credited"
        form.save().action_release()
        hold = case.hold_ids
        self.assertEqual((hold.state, hold.part_state), ("active", "to_credit"))
        action = self._as(self.accountant, hold).action_draft_credit_note()
        note = self.env["account.move"].browse(action["res_id"])
        self.assertEqual((note.invoice_line_ids.quantity, note.amount_total), (3, 363))
        note.invoice_date = self.today
        note.action_post()
        self._match(invoice, note)
        self.assertEqual((invoice.held_amount, invoice.due_now), (0, 847))
        with self.assertRefused(UserError, "Nothing of this hold"):
            hold.action_draft_credit_note()

    def test_what_may_be_granted(self):
        """More than is disputed, or nothing, is no part; service needs a limit."""
        _order, slip, _invoice = self._sell((10, 100))
        case = self._complain(slip, [3], user_id=self.agent.id)
        hold = case.hold_ids
        for amount in (0, -5, 363, 500):
            with self.assertRefused(ValidationError, "Granted"):
                self._as(self.accountant, hold)._release_by_hand({}, "partly", amount)
        mine = self._as(self.agent, hold)
        for outcome, amount in (("partly", 100), ("credited", 0)):
            with self.assertRefused(AccessError, "Only debtor control"):
                mine._release_by_hand({}, outcome, amount)
        self._set_limit("grant", 200)
        with self.assertRefused(AccessError, "your limit is"):
            mine._release_by_hand({}, "partly", 250)
        mine._release_by_hand({}, "partly", 100)
        self.assertEqual(hold.outcome, "partly")

    @feature("N-27")
    def test_customer_is_told(self):
        """A mail from the template of the outcome says what is due when."""
        self.company.email = "books@example.com"
        for outcome, word in (
            ("remedied", "is remedied"),
            ("rejected", "cannot grant it"),
            ("mistake", "By mistake"),
        ):
            with self.subTest(outcome=outcome):
                invoice = self._new_invoice(1000)
                form = self._open(self._hold(invoice, "amount", 300))
                form.outcome = outcome
                form.tell_customer = True
                self.assertTrue(form.template_id)
                form.save().action_release()
                mail = self.env["mail.mail"].search([], order="id desc", limit=1)
                self.assertIn(word, mail.body_html)
                self.assertIn(invoice.name, mail.body_html)
                self.assertEqual(mail.recipient_ids, self.customer)
                self.assertIn("The customer is told", invoice.message_ids[0].body)

    @feature("N-27")
    def test_bulk(self):
        """Several from Held Money, one outcome; each on the terms of its own reason."""
        invoices = [self._new_invoice(amount) for amount in (1000, 500)]
        holds = self._hold(invoices[0], "amount", 300) | self._hold(
            invoices[1],
            "amount",
            200,
            reason_id=self.env.ref("aftersales_dunning.reason_dispute").id,
        )
        action = self.env.ref("aftersales_dunning.aftersales_dunning_release_action")
        wizard = self._as(self.accountant)["aftersales.dunning.release"].with_context(
            active_ids=holds.ids, active_model=holds._name
        )
        self.assertEqual(action.binding_model_id.model, holds._name)
        form = Form(wizard)
        for invoice in invoices:
            self.assertIn(invoice.name, form.preview)
        form.save().action_release()
        self.assertEqual(
            holds.mapped("resume_on"), [self._in(14), self._in(7)], "each its own"
        )
        form = Form(wizard)
        form.outcome = "partly"
        form.granted_amount = 10
        with self.assertRefused(ValidationError, "one by one"):
            form.save().action_release()

    def test_service_chooses_the_outcome_only(self):
        """An agent ends his hold with an outcome, on the terms that has."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3], user_id=self.agent.id)
        form = self._open(case.hold_ids, self.agent)
        self.assertFalse(form.may_choose)
        form.outcome = "withdrawn"
        self.assertEqual(form.release_policy, "go_on")
        form.save().action_release()
        self.assertEqual((case.hold_ids.outcome, invoice.due_now), ("withdrawn", 1210))
