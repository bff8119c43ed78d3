import io
import re
from datetime import timedelta

from lxml import html
from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import format_date, mute_logger

from odoo.addons.aftersales_case.tests.common import AftersalesSetup, feature
from odoo.addons.aftersales_case.tests.papers import (
    LETTERHEAD,
    find_tops,
    use_letterhead,
)

from .common import DunningSetup
from .reminders import RemindersCommon

REPORT = "account_credit_control.report_credit_control_summary"


def get_rows(source, table="//table[@id='summary_table']"):
    """Return the texts of the rows of a table."""
    rows = html.fromstring(source).xpath(f"{table}//tr")
    return [
        [
            re.sub(r"\s+", " ", cell.text_content()).strip()
            for cell in row.xpath("./td|./th")
        ]
        for row in rows
    ]


def get_row(rows, invoice):
    """Return the cells of the row of an invoice, without its number and dates."""
    [found] = [row[3:] for row in rows if row[0] == invoice.name]
    return found


class TestLetter(RemindersCommon):
    """Exit 10: a letter refuses what is held, and restates what is partly held."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.held, self.free = self._new_invoice(1000), self._new_invoice(200)
        self.lines = self._remind(self.held, self.free)
        self.lines.channel = "letter"
        self.lines.state = "to_be_sent"
        self.held_line, self.free_line = self.lines

    def _print(self):
        """Print the lines; return the communication."""
        action = self._wizard("printer", self.lines).print_lines()
        return self.env["credit.control.communication"].browse(
            action["context"]["active_ids"]
        )

    def _render(self, communication):
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            REPORT, communication.ids
        )
        return content

    def test_letter_without_hold_is_as_ever(self):
        """Where nothing is in review there are no other columns."""
        rows = get_rows(self._render(self._print()))
        self.assertEqual(len(rows[0]), 5)
        self.assertEqual(get_row(rows, self.held), ["$ 1,000.00", "$ 1,000.00"])

    @feature("N-02", "P-47")
    def test_in_review(self):
        """Open amount, in review with the case number, due now, and right totals."""
        self._hold(self.held, "amount", 400, self.case)
        content = self._render(self._print())
        rows = get_rows(content)
        self.assertEqual(
            rows[0][3:],
            [
                "Invoiced amount",
                "Open amount",
                "In review (case)",
                "Due now",
            ],
        )
        self.assertEqual(
            get_row(rows, self.held),
            [
                "$ 1,000.00",
                "$ 1,000.00",
                f"$ 400.00 ({self.case.number})",
                "$ 600.00",
            ],
        )
        self.assertEqual(
            get_row(rows, self.free), ["$ 200.00", "$ 200.00", "", "$ 200.00"]
        )
        totals = get_rows(content, "//div[@class='row']//table[not(@id)]")
        self.assertIn(["In Review", "$ 400.00"], totals)
        self.assertIn(["Total Due", "$ 800.00"], totals)

    def test_waiting_beside_disputed(self):
        """What is settled and due later is told apart from what is in review."""
        waits = self._hold(self.held, "amount", 300)
        waits._release_by_hand({"release_policy": "new_due", "due_days": 14})
        self._hold(self.held, "amount", 100, self.case)
        rows = get_rows(self._render(self._print()))
        held = get_row(rows, self.held)
        self.assertIn(f"$ 400.00 ({self.case.number})", held[-2])
        day = format_date(self.env, self.today + timedelta(days=14))
        self.assertIn(f"$ 300.00 is due on {day}.", held[-2])
        self.assertEqual(held[-1], "$ 600.00")
        self.assertEqual(get_row(rows, self.free)[-2], "")
        table = self.held_line.communication_id
        table = table._get_credit_control_communication_table()
        self.assertIn(f"300.00 is due on {day}.", table.replace("\xa0", " "))

    def test_later_by_instalment(self):
        """Each instalment tells of what is due later only what of that lies on it."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": days})
                    for days in (0, 5)
                ],
            }
        )
        self.held = self._new_invoice(1000, invoice_payment_term_id=term.id)
        hold = self._hold(self.held, "amount", 700)
        hold._release_by_hand({"release_policy": "new_due", "due_days": 14})
        line = self._remind(self.held)
        day = format_date(self.env, self._in(14))
        self.assertEqual((line.balance_due, line.held_amount), (300, 200))
        [later] = line._get_later_words()
        self.assertEqual(later.replace("\xa0", " "), f"$ 200.00 is due on {day}.")

    def test_reprint_refuses(self):
        """What was printed before the hold is not printed again under it."""
        communication = self._print()
        self._render(communication)
        self._hold(self.held, case=self.case)
        with self.assertRefused(UserError, self.case.number):
            self._render(communication)
        self.assertEqual(set(self.lines.mapped("state")), {"sent"})

    def test_reprint_restates(self):
        """Printed again after a partial hold it asks for less."""
        communication = self._print()
        self._render(communication)
        self._hold(self.held, "amount", 400, self.case)
        rows = get_rows(self._render(communication))
        self.assertEqual(get_row(rows, self.held)[-1], "$ 600.00")

    def test_hold_between_mark_and_print(self):
        """Marked but not handed over: the hold ignores the line, nothing is printed."""
        communication = self._print()
        self.assertEqual(self.held_line.state, "sent")
        self.assertEqual(self.held_line.date_sent, self.today)
        self._hold(self.held, case=self.case)
        self.assertEqual(self.held_line.state, "ignored")
        self.assertEqual(self.free_line.state, "to_be_sent")
        self.assertFalse(self.free_line.date_sent)
        with self.assertRefused(UserError, "stopped this communication"):
            self._render(communication)

    def test_handed_over(self):
        """Printing hands the letter over: from then on it counts."""
        communication = self._print()
        self.assertTrue(communication.is_unprinted)
        self._render(communication)
        self.assertFalse(communication.is_unprinted)

    def test_attachment_of_a_mail(self):
        """A template with the letter attached cannot be sent about a held invoice."""
        communication = self._print()
        self._render(communication)
        self._hold(self.held, case=self.case)
        template = self.policy.level_ids[0].email_template_id
        self.assertTrue(template.report_template_ids)
        with self.assertRefused(UserError, self.case.number):
            template.send_mail(communication.id)

    def test_names_are_escaped(self):
        """A number with markup stands in the mail's table as it is."""
        self.held.ref = "<script>alert(1)</script>"
        self._hold(self.held, "amount", 400, self.case)
        table = self._print()._get_credit_control_communication_table()
        self.assertIn("&lt;script&gt;", table)
        self.assertNotIn("<script>", table)

    @feature("N-02")
    def test_pdf(self):
        """The PDF itself says what is in review, for which case, and what is due."""
        use_letterhead(self.company)
        self._hold(self.held, "amount", 400, self.case)
        communication = self._print()
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        url = f"http://127.0.0.1:{HttpCase.http_port()}"
        self.env["ir.config_parameter"].set_param("report.url", url)
        with self.allow_pdf_render():
            content, kind = report._render_qweb_pdf(REPORT, communication.ids)
        self.assertEqual(kind, "pdf")
        pages = PdfReader(io.BytesIO(content)).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        self.assertIn("In review (case)", text)
        self.assertIn(f"400.00 ({self.case.number})", text)
        self.assertIn("Due now", text)
        self.assertIn("600.00", text)
        self.assertIn("800.00", text)
        tops = find_tops(content)
        head = tops[LETTERHEAD[-1]]
        below = [top for words, top in tops.items() if words not in LETTERHEAD]
        self.assertGreater(min(below), head + 10, "nothing stands under the letterhead")


@tagged("post_install", "-at_install")
class TestLetterDownload(DunningSetup, AftersalesSetup, HttpCase):
    """The routes of reports, as a browser calls them."""

    @mute_logger("odoo.http")
    def test_routes(self):
        """Held: refused with the reason, as page and as PDF; else handed over."""
        self.company.credit_policy_id = self.policy
        self.accountant.group_ids |= self.env.ref(
            "account_credit_control.group_account_credit_control_user"
        )
        case = self._new_case()
        invoice = self._new_invoice(1000)
        line = self._run().line_ids
        line.write({"channel": "letter", "state": "to_be_sent"})
        self.env["credit.control.printer"].create({"line_ids": line.ids}).print_lines()
        communication = line.communication_id
        self.authenticate("as_accountant", "as_accountant")
        url = f"/report/html/{REPORT}/{communication.id}"
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertIn(invoice.name, answer.text)
        self.env.invalidate_all()
        self.assertFalse(communication.is_unprinted)
        self._hold(invoice, case=case)
        for kind in ("html", "pdf"):
            with mute_logger("odoo.http"):  # it logs every refusal
                answer = self.url_open(url.replace("html", kind))
            self.assertNotEqual(answer.status_code, 200)
            self.assertNotIn("1,000.00", answer.text)
