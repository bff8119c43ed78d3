from odoo.addons.aftersales_case.tests.common import feature

from .reminders import RemindersCommon
from .test_gates_letter import REPORT, get_row, get_rows


class TestRaised(RemindersCommon):
    """What a hold gave back before a reminder left is asked for: the letter is true."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.part, self.free = self._new_invoice(1000), self._new_invoice(200)
        self.hold = self._hold(
            self.part, "amount", 400, self.case, release_policy="go_on"
        )

    def _begin(self, state=None, channel="email"):
        self.lines = self._remind(self.part, self.free)
        self.lines.channel = channel
        if state:
            self.lines.state = state
        self.line, self.free_line = self.lines
        self.assertEqual(self.line.balance_due, 600)

    def _print(self):
        action = self._wizard("printer", self.lines).print_lines()
        return self.env["credit.control.communication"].browse(
            action["context"]["active_ids"]
        )

    def _render(self, letter):
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            REPORT, letter.ids
        )
        return content

    @feature("I2-57", "N-02")
    def test_ready(self):
        """Made while 400 were held, released before it was sent: it asks for 1000."""
        self._begin("to_be_sent")
        self.hold._end("by_hand")
        self.assertEqual(self.line.balance_due, 1000)
        self.assertEqual(self.line.state, "to_be_sent")
        self.assertIn("1,000.00", self.line.message_ids[:1].body)
        self.line.run_id.run_channel_action()
        [body] = self._send(self._get_mails(self.line.communication_id))
        self.assertIn("1,000.00", body)
        self.assertIn("Amount Due", body)
        self.assertNotIn("600.00", body)

    def test_draft(self):
        """The same for a draft; and less of a hold counts like its end."""
        self._begin()
        self.hold.amount = 150
        self.assertEqual((self.line.balance_due, self.line.state), (850, "draft"))

    @feature("N-02")
    def test_queued(self):
        """A mail that is written already is cancelled, its lines are ready again."""
        self._begin()
        self.lines = self._queue(self.part, self.free)
        mail = self._get_mails(self.lines.communication_id)
        self.hold._end("by_hand")
        self.assertEqual(mail.state, "cancel")
        self.assertEqual(set(self.lines.mapped("state")), {"to_be_sent"})
        self.assertFalse(self.lines.communication_id)
        self.assertEqual(self.lines.mapped("balance_due"), [1000, 200])
        self.lines.run_id.run_channel_action()
        [body] = self._send(self._get_mails(self.lines.communication_id))
        row = get_row(get_rows(body, "//table"), self.part)
        self.assertEqual(
            [cell.replace("\xa0", " ") for cell in row[-2:]],
            ["$ 1,000.00", "$ 1,000.00"],
        )
        self.assertNotIn("600.00", body)

    def test_queue_that_nobody_told(self):
        """The gate at the mail finds it out, too."""
        self._begin()
        self.lines = self._queue(self.part, self.free)
        mail = self._get_mails(self.lines.communication_id)
        self.patch(self.registry["account.move"], "_stop_reminders", lambda moves: None)
        self.hold._end("by_hand")
        self.assertFalse(self._send(mail))
        self.assertEqual(mail.state, "cancel")
        self.assertIn("stopped this communication", mail.failure_reason)
        self.assertNotIn("paid since", mail.failure_reason)
        self.assertEqual(self.lines[0].balance_due, 1000)

    @feature("N-02")
    def test_letter(self):
        """A letter that was not handed over is made anew, and says what is open."""
        self._begin("to_be_sent", "letter")
        letter = self._print()
        self.hold._end("by_hand")
        self.assertTrue(letter.is_stopped)
        self.assertEqual(set(self.lines.mapped("state")), {"to_be_sent"})
        content = self._render(self._print())
        self.assertEqual(
            get_row(get_rows(content), self.part), ["$ 1,000.00", "$ 1,000.00"]
        )
        self.assertEqual(self.line.balance_due, 1000)

    def test_letter_that_nobody_told(self):
        """What is printed is what the line asks for from then on."""
        self._begin("to_be_sent", "letter")
        letter = self._print()
        self.patch(self.registry["account.move"], "_stop_reminders", lambda moves: None)
        self.hold._end("by_hand")
        content = self._render(letter)
        self.assertEqual(
            get_row(get_rows(content), self.part), ["$ 1,000.00", "$ 1,000.00"]
        )
        self.assertEqual(self.line.balance_due, 1000)

    def test_handed_over(self):
        """A letter in the customer's hands is not taken back."""
        self._begin("to_be_sent", "letter")
        self._render(self._print())
        self.hold._end("by_hand")
        self.assertEqual(self.line.state, "sent")
        self.assertEqual(self.line.balance_due, 600)

    def test_two_holds(self):
        """One of two holds ends: what the other holds stays out."""
        self._hold(self.part, "amount", 100, self._new_case())
        self._begin_with(500)
        self.hold._end("by_hand")
        self.assertEqual(self.line.balance_due, 900)

    def _begin_with(self, amount):
        self.lines = self._remind(self.part, self.free)
        self.line = self.lines[0]
        self.assertEqual(self.line.balance_due, amount)

    def test_released_and_paid(self):
        """Both count: 400 released, 250 paid, 750 asked for."""
        self._begin("to_be_sent")
        self._pay(self.part, 250)
        self.hold._end("by_hand")
        self.line.run_id.run_channel_action()
        self.assertEqual(self.line.balance_due, 750)
