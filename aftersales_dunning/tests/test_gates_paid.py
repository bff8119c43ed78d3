import io

from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import HttpCase

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.hostile import call

from .reminders import RemindersCommon
from .test_gates_letter import REPORT, get_row, get_rows


class PaidCommon(RemindersCommon):
    """Reminders of two invoices, of which one is paid before they leave."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.paid, self.free = self._new_invoice(1000), self._new_invoice(200)

    def _begin(self, channel="email"):
        self.lines = self._remind(self.paid, self.free)
        self.lines.channel = channel
        self.paid_line, self.free_line = self.lines

    def assertStates(self, *states):
        self.assertEqual(tuple(self.lines.mapped("state")), states)


class TestPaidBeforeMail(PaidCommon):
    """What was paid between the run and the mail is not asked for."""

    def test_ready(self):
        """Paid between run and *ready*: ignored, and the run says so."""
        self._begin()
        self._pay(self.paid)
        run = self.paid_line.run_id
        run.set_to_ready_lines()
        self.assertStates("ignored", "to_be_sent")
        self.assertIn(f"Paid since the run and ignored: {self.paid.name}", run.report)

    def test_paid_in_part_before_ready(self):
        """Paid in part: the reminder asks for the rest."""
        self._begin()
        self._pay(self.paid, 250.5)
        self.paid_line.run_id.set_to_ready_lines()
        self.assertStates("to_be_sent", "to_be_sent")
        self.assertEqual(self.paid_line.balance_due, 749.5)

    @feature("N-02")
    def test_channel_action(self):
        """Paid after *ready*: the mail names the other one only."""
        self._begin()
        self.lines.state = "to_be_sent"
        self._pay(self.paid)
        self.paid_line.run_id.run_channel_action()
        self.assertStates("ignored", "queued")
        [body] = self._send(self._get_mails(self.free_line.communication_id))
        self.assertIn(self.free.name, body)
        self.assertNotIn(self.paid.name, body)

    def test_credited(self):
        """A credit note does the same as money."""
        self._begin()
        self.lines.state = "to_be_sent"
        self._credit(self.paid)
        self.assertEqual(self.paid.amount_residual, 0)
        self.paid_line.run_id.run_channel_action()
        self.assertStates("ignored", "queued")

    def test_rest_is_too_small(self):
        """Below the tolerance nothing is asked for."""
        self._begin()
        self._pay(self.paid, 999.95)
        self.paid_line.run_id.set_to_ready_lines()
        self.assertStates("ignored", "to_be_sent")

    def test_partly_held_and_paid(self):
        """Both come off: 1000 with 400 in review, 250 paid, ask for 350."""
        self._hold(self.paid, "amount", 400, self.case)
        self._begin()
        self.assertEqual(self.paid_line.balance_due, 600)
        self._pay(self.paid, 250)
        self.paid_line.run_id.set_to_ready_lines()
        self.assertEqual(self.paid_line.balance_due, 350)
        self._pay(self.paid, 350)
        self.paid_line.run_id.run_channel_action()
        self.assertStates("ignored", "queued")

    def test_by_hand(self):
        """The wizards and a change of the state leave it out as well."""
        self._begin()
        self._pay(self.paid)
        with self.assertRefused(UserError, f"{self.paid.name}: paid since"):
            self.paid_line.state = "to_be_sent"
        self._wizard("marker", self.lines, name="to_be_sent").mark_lines()
        self.assertStates("draft", "to_be_sent")
        wizard = self._wizard("emailer", self.lines)
        wizard.line_ids = self.lines
        wizard.email_lines()
        self.assertStates("draft", "queued")

    def test_unpaid_again(self):
        """A payment that is undone is asked for again, before the reminder leaves."""
        self._begin()
        payment = self._pay(self.paid, 400)
        self.paid_line.run_id.set_to_ready_lines()
        self.assertEqual(self.paid_line.balance_due, 600)
        payment.move_id.line_ids.remove_move_reconcile()
        self.paid_line.run_id.run_channel_action()
        self.assertEqual(self.paid_line.balance_due, 1000)


class TestPaidInQueue(PaidCommon):
    """The mail is written already: it is cancelled, and the rest goes out anew."""

    def setUp(self):
        super().setUp()
        self.lines = self._queue(self.paid, self.free)
        self.paid_line, self.free_line = self.lines
        self.communication = self.lines.communication_id
        self.mail = self._get_mails(self.communication)

    @feature("N-02")
    def test_paid(self):
        """Paid: the queue cancels the mail; what is due goes out in a new one."""
        self._pay(self.paid)
        self.assertFalse(self._send(self.mail))
        self.assertEqual(self.mail.state, "cancel")
        self.assertIn(f"{self.paid.name}: paid since", self.mail.failure_reason)
        self.assertStates("ignored", "to_be_sent")
        self.assertTrue(self.communication.is_stopped)
        self.free_line.run_id.run_channel_action()
        [body] = self._send(self._get_mails(self.free_line.communication_id))
        self.assertIn(self.free.name, body)
        self.assertNotIn(self.paid.name, body)

    def test_paid_in_part(self):
        """Paid in part: the new one asks for the rest."""
        self._pay(self.paid, 300)
        self.assertFalse(self._send(self.mail))
        self.assertStates("to_be_sent", "to_be_sent")
        self.assertEqual(self.paid_line.balance_due, 700)
        self.paid_line.run_id.run_channel_action()
        [body] = self._send(self._get_mails(self.lines.communication_id))
        self.assertIn("700.00", body)

    def test_all_paid(self):
        """Nothing is left: nothing goes out."""
        self._pay(self.paid | self.free)
        self.assertFalse(self._send(self.mail))
        self.assertStates("ignored", "ignored")

    def test_retry(self):
        """A mail that failed before the payment does not leave by *Retry*."""
        self.mail.state = "exception"
        self._pay(self.paid)
        self.mail.action_retry()
        self.assertFalse(self._send(self.mail))
        self.assertEqual(self.mail.state, "cancel")

    def test_nothing_paid(self):
        """Without a payment it leaves as ever."""
        self.assertEqual(len(self._send(self.mail)), 1)
        self.assertStates("sent", "sent")

    def test_thanks(self):
        """What was sent and is paid since may be written about."""
        self._send(self.mail)
        self._pay(self.paid)
        message = self.communication.message_post(
            body="Thank you for your payment",
            partner_ids=self.customer.ids,
            force_send=False,
        )
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertEqual(len(self._send(mail)), 1)
        self.assertStates("sent", "sent")

    def test_sent_again(self):
        """The table of a message that is written now says what is open now."""
        self._send(self.mail)
        self._pay(self.paid, 300)
        table = self.communication._get_credit_control_communication_table()
        row = get_row(get_rows(table, "//table"), self.paid)
        self.assertEqual(row[-1].replace("\xa0", " "), "$ 700.00")
        self.assertNotIn("In review", table)
        self._pay(self.paid)
        table = self.communication._get_credit_control_communication_table()
        self.assertNotIn(self.paid.name, table)
        self.assertIn(self.free.name, table)


class TestPaidBeforeLetter(PaidCommon):
    """Letters: restated when printed, and when printed again."""

    def setUp(self):
        super().setUp()
        self._begin("letter")
        self.lines.state = "to_be_sent"

    def _print(self, lines=None):
        action = self._wizard("printer", lines or self.lines).print_lines()
        return self.env["credit.control.communication"].browse(
            action["context"]["active_ids"]
        )

    def _render(self, communications):
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            REPORT, communications.ids
        )
        return content

    def test_paid_before_print(self):
        """The letter is about the other one."""
        self._pay(self.paid)
        content = self._render(self._print())
        self.assertNotIn(self.paid.name.encode(), content)
        self.assertIn(self.free.name.encode(), content)

    @feature("N-02")
    def test_printed_again(self):
        """Printed again it asks for what is open now: part, then nothing of it."""
        letter = self._print()
        self.assertIn(b"1,200.00", self._render(letter))
        self._pay(self.paid, 300)
        content = self._render(letter)
        self.assertEqual(
            get_row(get_rows(content), self.paid), ["$ 1,000.00", "$ 700.00"]
        )
        totals = get_rows(content, "//div[@class='row']//table[not(@id)]")
        self.assertIn(["Total Due", "$ 900.00"], totals)
        self._pay(self.paid)
        content = self._render(letter)
        self.assertNotIn(self.paid.name.encode(), content)
        totals = get_rows(content, "//div[@class='row']//table[not(@id)]")
        self.assertIn(["Total Invoiced", "$ 200.00"], totals)
        self.assertIn(["Total Due", "$ 200.00"], totals)

    def test_all_paid(self):
        """A letter about nothing is not printed again."""
        letter = self._print()
        self._render(letter)
        self._pay(self.paid | self.free)
        with self.assertRefused(UserError, f"{self.free.name}: paid since"):
            self._render(letter)

    def test_printer_prints_no_paid(self):
        """The printing wizard takes any line, but none that is paid."""
        self._render(self._print())
        self._pay(self.paid)
        self.assertEqual(self._print().credit_control_line_ids, self.free_line)
        self._pay(self.free)
        with self.assertRefused(UserError, "paid since"):
            self._print()

    # === A batch, and copies === #

    def _print_batch(self):
        """Print letters to three customers; return them."""
        invoices = self.env["account.move"]
        for name in ("Aap", "Noot"):
            partner = self.env["res.partner"].create({"name": name})
            invoices |= self._new_invoice(300, partner=partner)
        lines = self._remind(*invoices)
        lines.write({"channel": "letter", "state": "to_be_sent"})
        letters = self._print(self.lines | lines)
        self.assertEqual(len(letters), 3)
        self._render(letters)
        return letters, invoices

    def test_batch_with_a_held_letter(self):
        """Only the held one is left out, and the user is told which and why."""
        letters, invoices = self._print_batch()
        self._hold(invoices[0], case=self.case)
        held = invoices[0].partner_id
        self.env.cr.precommit.run()
        last = self.env["bus.bus"].search([], order="id desc", limit=1).id or 0
        content = self._render(letters)
        self.env.cr.precommit.run()
        [told] = self.env["bus.bus"].search([("id", ">", last)])
        self.assertIn("simple_notification", told.message)
        self.assertIn("Aap: This may not be dunned", told.message)
        self.assertIn(self.case.number, told.message)
        for invoice in (self.paid, self.free, invoices[1]):
            self.assertIn(invoice.name.encode(), content)
        self.assertNotIn(invoices[0].name.encode(), content)
        left_out = letters.filtered(lambda one: one.partner_id == held)
        note = left_out.message_ids[:1].body
        self.assertIn("Not printed", note)
        self.assertIn(self.case.number, note)

    def test_pdf_of_a_batch(self):
        """The file that is handed over has the other letters, whole."""
        letters, invoices = self._print_batch()
        self._hold(invoices[1], case=self.case)
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        url = f"http://127.0.0.1:{HttpCase.http_port()}"
        self.env["ir.config_parameter"].set_param("report.url", url)
        with self.allow_pdf_render():
            content, _kind = report._render_qweb_pdf(REPORT, letters.ids)
        pages = PdfReader(io.BytesIO(content)).pages
        text = " ".join(page.extract_text() for page in pages)
        for invoice in (self.paid, self.free, invoices[0]):
            self.assertEqual(text.count(invoice.name), 1)
        self.assertNotIn(invoices[1].name, text)

    def test_batch_with_a_paid_letter(self):
        """The same when one is paid."""
        letters, invoices = self._print_batch()
        self._pay(invoices[1])
        content = self._render(letters)
        self.assertNotIn(invoices[1].name.encode(), content)
        self.assertIn(invoices[0].name.encode(), content)

    def test_batch_of_held_letters(self):
        """Nothing is left: refused, and each is named."""
        letters, invoices = self._print_batch()
        for invoice in (*invoices, self.paid, self.free):
            self._hold(invoice, case=self.case)
        for invoice in (*invoices, self.paid):
            with self.assertRefused(UserError, invoice.name):
                self._render(letters)

    def test_duplicate(self):
        """A communication is not duplicated: it would send an empty table."""
        letters, _invoices = self._print_batch()
        with self.assertRefused(UserError, "cannot be duplicated"):
            letters[0].copy()
        mine = self._as(self.dunner, letters)
        for letter, values in (
            (mine[0], {}),
            (mine, {}),
            (mine[0], {"credit_control_line_ids": [(6, 0, self.lines.ids)]}),
        ):
            with self.assertRefused(UserError, "cannot be duplicated"):
                call(letter, "copy", values)

    def test_empty(self):
        """One that is about nothing is neither printed nor sent."""
        letter = self._print()
        empty = letter.create(
            {
                "partner_id": self.customer.id,
                "policy_level_id": letter.policy_level_id.id,
                "currency_id": letter.currency_id.id,
            }
        )
        with self.assertRefused(UserError, "about no invoice"):
            self._render(empty)
        empty._generate_emails()
        self.assertFalse(self._get_mails(empty))
        message = empty.message_post(
            body="Please pay", partner_ids=self.customer.ids, force_send=False
        )
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertFalse(self._send(mail))
