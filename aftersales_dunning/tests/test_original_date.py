from datetime import timedelta

from odoo.tools import format_date

from odoo.addons.aftersales_case.tests.common import feature

from .reminders import RemindersCommon
from .test_gates_letter import REPORT, get_rows


class TestOriginalDate(RemindersCommon):
    """Mail and letter say that the due date is a new one, and what it was."""

    def setUp(self):
        super().setUp()
        self.invoice, self.other = self._new_invoice(1000), self._new_invoice(200)
        self._hold(self.invoice)._release_by_hand(
            {"release_policy": "new_due", "due_days": 14}
        )
        self.day = self.today + timedelta(days=24)
        self.due = format_date(self.env, self.today + timedelta(days=14))
        self.original = format_date(self.env, self.today - timedelta(days=30))
        self.lines = self._remind(self.invoice, self.other, date=self.day)

    def _get_date(self, rows, invoice):
        [row] = [row for row in rows if row[0] == invoice.name]
        return row[2].replace(" )", ")")

    @feature("I2-57", "N-02")
    def test_letter(self):
        """The letter shows both dates; where none moved, one."""
        self.lines.write({"channel": "letter", "state": "to_be_sent"})
        self._wizard("printer", self.lines).print_lines()
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            REPORT, self.lines.communication_id.ids
        )
        rows = get_rows(content)
        self.assertEqual(
            self._get_date(rows, self.invoice),
            f"{self.due} (originally {self.original})",
        )
        self.assertEqual(self._get_date(rows, self.other), self.original)

    @feature("I2-57", "N-02")
    def test_mail(self):
        """The table of the mail, too."""
        self.lines.state = "to_be_sent"
        self.lines.run_id.run_channel_action()
        [body] = self._send(self._get_mails(self.lines.communication_id))
        rows = get_rows(body, "//table")
        self.assertEqual(
            self._get_date(rows, self.invoice),
            f"{self.due} (originally {self.original})",
        )
        self.assertEqual(self._get_date(rows, self.other), self.original)

    def test_instalments(self):
        """Each instalment names its own former date."""
        term = self.env["account.payment.term"].create(
            {
                "name": "30 and 60 days",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (30, 60)
                ],
            }
        )
        invoice = self._new_invoice(
            500,
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
            invoice_date=self.today - timedelta(days=70),
        )
        self._hold(invoice)._release_by_hand(
            {"release_policy": "new_due", "due_days": 10}
        )
        lines = self._remind(invoice, date=self.today + timedelta(days=60))
        lines = lines.sorted("date_due")
        self.assertEqual(
            lines.mapped("date_due_original"),
            [self.today - timedelta(days=40), self.today - timedelta(days=10)],
        )
        self.assertEqual(
            lines.mapped("date_due_now"),
            [self.today + timedelta(days=10), self.today + timedelta(days=40)],
        )
