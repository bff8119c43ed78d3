from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form
from odoo.tools import format_date

from odoo.addons.aftersales_case.tests.common import feature

from ..const import OUTCOME_REMIND
from .reminders import RemindersCommon
from .test_gates_letter import REPORT


class NewTermsCommon(RemindersCommon):
    """Reminders of two invoices are on their way, and one of them gets new terms."""

    def setUp(self):
        super().setUp()
        self.moved, self.free = self._new_invoice(1000), self._new_invoice(200)

    def _begin(self, state=None, channel="email"):
        self.lines = self._remind(self.moved, self.free)
        self.lines.channel = channel
        if state:
            self.lines.state = state
        self.line, self.free_line = self.lines
        self.run_ = self.line.run_id

    def _move_date(self, days=14):
        """Agree on a new due date, as an accountant does on the invoice."""
        with Form(self._as(self.accountant, self.moved)) as form:
            form.invoice_date_due = self._in(days)
        self.assertEqual(self.moved._get_term_lines().date_maturity, self._in(days))

    def _move_unseen(self, days=14):
        """A new due date of which the reminders were not taken back: others wrote them."""
        self.patch(
            self.registry["account.move"], "_take_back_reminders", lambda moves: None
        )
        self._move_date(days)

    def _wait_unseen(self, days=14):
        """A hold ended while its reminder was written: it waits, nothing is taken back."""
        self.patch(self.registry["account.move"], "_stop_reminders", lambda moves: None)
        hold = self._hold(self.moved)
        hold._release_by_hand({"release_policy": "wait", "wait_days": days})

    def _due_unseen(self, days=14):
        """The same, with a new due date."""
        self.patch(self.registry["account.move"], "_stop_reminders", lambda moves: None)
        hold = self._hold(self.moved)
        hold._release_by_hand({"release_policy": "new_due", "due_days": days})
        self.assertEqual(self.moved.invoice_date_due, self._in(days))

    TERMS = ("_move_unseen", "_wait_unseen", "_due_unseen")

    def assertStates(self, *states):
        self.assertEqual(tuple(self.lines.mapped("state")), states)


class TestTakenBack(NewTermsCommon):
    """What is on its way is judged when the terms change, and comes back when due."""

    def test_draft(self):
        """A draft line is ignored at once, and says until when."""
        self._begin()
        self._move_date()
        self.assertStates("ignored", "draft")
        note = self.line.message_ids[:1].body
        self.assertIn("no reminder before", note)

    def test_second_reminder(self):
        """The second one is not before the new date and its own delay."""
        self._remind(self.moved, date=self._in(-15)).state = "sent"
        self._begin()
        self.assertEqual(self.line.level, 2)
        self._move_date()
        [text] = self.line._get_early_words().values()
        days = [format_date(self.env, self._in(number)) for number in (14, 24)]
        self.assertIn("due on {} by now, no reminder before {}".format(*days), text)

    @feature("I2-57")
    def test_ready(self):
        """A ready line is ignored; the rest goes out, and it comes back when it is due."""
        self._begin("to_be_sent")
        self._move_date()
        self.assertStates("ignored", "to_be_sent")
        self.run_.run_channel_action()
        [body] = self._send(self._get_mails(self.free_line.communication_id))
        self.assertNotIn(self.moved.name, body)
        self.assertFalse(self._remind(self.moved, date=self._in(23)))
        line = self._remind(self.moved, date=self._in(24))
        self.assertEqual((line.level, line.balance_due), (1, 1000))
        self.assertEqual(line.date_due, self._in(14))

    def test_queued(self):
        """A mail that is written already is cancelled; the rest goes out anew."""
        self.lines = self._queue(self.moved, self.free)
        self.line, self.free_line = self.lines
        mail = self._get_mails(self.line.communication_id)
        self._move_date()
        self.assertEqual(mail.state, "cancel")
        self.assertStates("ignored", "to_be_sent")
        self.assertFalse(self._send(mail))

    def test_letter_not_handed_over(self):
        """A letter that is marked and not printed yet is stopped."""
        self._begin("to_be_sent", "letter")
        action = self._wizard("printer", self.lines).print_lines()
        letter = self.env["credit.control.communication"].browse(
            action["context"]["active_ids"]
        )
        self._move_date()
        self.assertStates("ignored", "to_be_sent")
        with self.assertRefused(UserError, "stopped this communication"):
            self.env["ir.actions.report"]._render_qweb_html(REPORT, letter.ids)

    def test_what_left_stays(self):
        """What the customer has had is not taken back."""
        self.lines = self._queue(self.moved, self.free)
        self._send(self._get_mails(self.lines.communication_id))
        self._move_date()
        self.assertStates("sent", "sent")

    def test_date_that_is_past_already(self):
        """A date that moved and is past all the same: the reminder names the new one."""
        self._begin("to_be_sent")
        self._move_date(-15)
        self.assertStates("to_be_sent", "to_be_sent")
        self.assertEqual(self.lines[0].date_due, self._in(-15))
        self.run_.run_channel_action()
        self.assertEqual(
            len(self._send(self._get_mails(self.lines.communication_id))), 1
        )

    def test_earlier_date(self):
        """A date that moved forward changes nothing for what is on its way."""
        self._begin("to_be_sent")
        self._move_date(-40)
        self.assertStates("to_be_sent", "to_be_sent")

    def _hold_unseen(self):
        """Hold the invoice while its reminder is written: nothing is taken back."""
        moves = self.registry["account.move"]
        with patch.object(moves, "_stop_reminders", lambda moves: None):
            return self._hold(self.moved)

    @feature("I2-57")
    def test_release(self):
        """The end of a hold takes back what is against its terms, with the reason."""
        for terms, days in (
            ({"release_policy": "wait", "wait_days": 5}, 5),
            ({"release_policy": "new_due", "due_days": 14}, 24),
            ({"release_policy": "restart"}, 0),
        ):
            with self.subTest(terms=terms):
                self.moved, self.free = self._new_invoice(1000), self._new_invoice(200)
                self._begin("to_be_sent")
                hold = self._hold_unseen()
                self.assertEqual(self.line.state, "to_be_sent")
                hold._release_by_hand(terms)
                self.assertStates("ignored", "to_be_sent")
                self.assertIn("Not dunned", self.line.message_ids[:1].body)
                if days:
                    self.assertFalse(self._prospect(days - 1))
                self.assertTrue(self._prospect(days))

    def _prospect(self, days):
        """Say whether a run on a day reminds of the invoice."""
        [prospect] = (
            self.moved._get_term_lines()._get_prospects(self._in(days)).values()
        )
        return prospect.outcome == OUTCOME_REMIND

    def test_go_on(self):
        """What goes on as it was leaves as it was made."""
        self._begin("to_be_sent")
        self._hold_unseen()._release_by_hand({"release_policy": "go_on"})
        self.assertStates("to_be_sent", "to_be_sent")

    def test_start_again(self):
        """The second reminder does not leave when dunning starts again at the first."""
        self._begin("sent")
        second = self._remind(self.moved, date=self._in(10))
        self.assertEqual(second.level, 2)
        self._hold_unseen()._release_by_hand({"release_policy": "restart"})
        self.assertEqual(second.state, "ignored")
        self.assertIn("first reminder", second.message_ids[:1].body)
        self.assertEqual(self._remind(self.moved, date=self._in(11)).level, 1)

    def test_reset_to_draft(self):
        """An invoice that is corrected is not asked for; posted again, as it is now."""
        self.lines = self._queue(self.moved, self.free)
        mail = self._get_mails(self.lines.communication_id)
        self.moved.button_draft()
        self.assertFalse(self._send(mail))
        self.assertStates("ignored", "to_be_sent")
        self.assertIn(f"{self.moved.name}: not posted", mail.failure_reason)
        self.moved.action_post()
        self.assertEqual(self._remind(self.moved).balance_due, 1000)


class TestExits(NewTermsCommon):
    """Every exit, with a new due date or days to wait that nobody took notice of yet."""

    def _each(self):
        """Begin anew for each kind of terms."""
        for name in self.TERMS:
            self.moved, self.free = self._new_invoice(1000), self._new_invoice(200)
            with self.subTest(terms=name):
                yield getattr(self, name)

    @feature("I2-57")
    def test_set_to_ready(self):
        """Exit 3: the run ignores it, and says so."""
        for change in self._each():
            self._begin()
            change()
            self.run_.set_to_ready_lines()
            self.assertStates("ignored", "to_be_sent")
            self.assertIn(self.moved.name, self.run_.report)

    def test_marker_and_rpc(self):
        """Exits 4 and 5: refused, with the day."""
        for change in self._each():
            self._begin()
            change()
            for state in ("to_be_sent", "queued", "sent"):
                with self.assertRefused(UserError, self.moved.name):
                    self.line.state = state
            with self.assertRefused(UserError, self.moved.name):
                self._wizard("marker", self.line, name="to_be_sent").mark_lines()
            self._wizard("marker", self.lines, name="to_be_sent").mark_lines()
            self.assertStates("draft", "to_be_sent")

    def test_made_as_sent(self):
        """Exit 5 again: no line is made as one that left, with the date of before."""
        for change in self._each():
            self._begin()
            change()
            vals = self._prepare_reminder(
                self.run_, self.moved, state="sent", date_due=self._in(-30)
            )
            with self.assertRefused(UserError, self.moved.name):
                self.env["credit.control.line"].create(vals)

    def test_channel_action(self):
        """Exit 6: the mail is about the other one."""
        for change in self._each():
            self._begin("to_be_sent")
            change()
            self.run_.run_channel_action()
            self.assertStates("ignored", "queued")
            [body] = self._send(self._get_mails(self.free_line.communication_id))
            self.assertNotIn(self.moved.name, body)

    def test_wizards(self):
        """Exits 7 and 8: mailed and printed is the other one."""
        for change in self._each():
            self._begin("to_be_sent")
            change()
            with self.assertRefused(UserError, self.moved.name):
                self._wizard("emailer", self.line).email_lines()
            with self.assertRefused(UserError, self.moved.name):
                self._wizard("printer", self.line).print_lines()
            self._wizard("printer", self.lines).print_lines()
            self.assertStates("to_be_sent", "sent")

    def test_communication_made_before(self):
        """Exit 9: it is not mailed."""
        for change in self._each():
            self._begin("to_be_sent")
            made = self.env["credit.control.communication"]
            made = made._generate_comm_from_credit_lines(self.lines)
            change()
            with self.assertRefused(UserError, self.moved.name):
                made._generate_emails()

    def test_letters(self):
        """Exit 10: marked before, or printed before, it is not printed now."""
        for change in self._each():
            for is_printed in (False, True):
                self.moved, self.free = self._new_invoice(1000), self._new_invoice(200)
                self._begin("to_be_sent", "letter")
                action = self._wizard("printer", self.lines).print_lines()
                ids = action["context"]["active_ids"]
                render = self.env["ir.actions.report"]._render_qweb_html
                if is_printed:
                    render(REPORT, ids)
                change()
                with self.assertRefused(UserError, self.moved.name):
                    render(REPORT, ids)

    @feature("I2-57")
    def test_queue(self):
        """Exits 11 and 12: the queue and *Retry* cancel it; the other one is ready."""
        for change in self._each():
            self.lines = self._queue(self.moved, self.free)
            self.line, self.free_line = self.lines
            mail = self._get_mails(self.line.communication_id)
            change()
            self.assertFalse(self._send(mail))
            self.assertEqual(mail.state, "cancel")
            self.assertIn(self.moved.name, mail.failure_reason)
            self.assertStates("ignored", "to_be_sent")
            mail.action_retry()
            self.assertFalse(self._send(mail))

    def test_composer(self):
        """Exits 13 and 14: nor a message on what was sent, nor one on a line."""
        for change in self._each():
            self.lines = self._queue(self.moved, self.free)
            line = self.lines[0]
            self._send(self._get_mails(line.communication_id))
            change()
            for record in (line.communication_id, line):
                message = record.message_post(
                    body="Please pay at once",
                    partner_ids=self.customer.ids,
                    subtype_xmlid="mail.mt_comment",
                    force_send=False,
                )
                mail = self.env["mail.mail"].search(
                    [("mail_message_id", "=", message.id)]
                )
                self.assertFalse(self._send(mail))
                self.assertEqual(mail.state, "cancel")

    def test_policy_changer(self):
        """Exit 2: no level by hand before the new date, or within the days to wait."""
        for change in self._each():
            if change == self._move_unseen:
                continue  # who moves a date by hand may dun by hand
            change()
            wizard = (
                self.env["credit.control.policy.changer"]
                .with_context(active_ids=self.moved.ids)
                .create(
                    {
                        "new_policy_id": self.policy.id,
                        "new_policy_level_id": self.policy.level_ids[1].id,
                    }
                )
            )
            with self.assertRefused(UserError, self.moved.name):
                wizard.set_new_policy()
