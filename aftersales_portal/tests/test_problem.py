import re

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.const import CHANNEL_PORTAL
from odoo.addons.aftersales_case.tests.common import feature

from .invoices import GIF, InvoiceSetup


@tagged("post_install", "-at_install")
class TestProblem(InvoiceSetup, HttpCase):
    """Customers report what is wrong with an invoice, or with a line of it."""

    browser_size = "390x844"

    def setUp(self):
        super().setUp()
        self._log_in(self.anna)
        self.line = f"line-{self.pumps.id}"

    # === What is right === #

    @feature("N-04")
    def test_goods(self):
        """From the page of the invoice: damaged goods, how many, a photo."""
        page = self.url_open(f"/my/invoices/{self.invoice.id}", timeout=120).text
        self.assertIn(f'href="{self._url()}"', page)
        self.assertIn(self._url(line=self.pumps), page)
        for text in ("Secret section", "Secret note", "Gift"):
            self.assertNotIn(text, page)
        choice = self.url_open(self._url(line=self.pumps)).text
        self.assertIn("Damaged", choice)
        url = self._url(self.damaged, self.pumps)
        self.assertIn(url.replace("&", "&amp;"), choice)
        form = self.url_open(url).text
        self.assertIn("10 Units at", form)
        self.assertNotIn("Freight", form)
        answer = self._send(
            url, [("a.gif", GIF)], **{self.line: "3"}, text="All\n<b>wet</b>"
        )
        case = self._cases()
        self.assertIn(f"/my/cases/{case.id}?sent=new", answer.url)
        self.assertEqual(case.type_id, self.type_complaint)
        self.assertEqual(case.name, "Damaged: Pump")
        self.assertEqual(case.channel, CHANNEL_PORTAL)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.contact_id, self.contact)
        self.assertEqual(case.reporter_id, self.contact)
        self.assertEqual(case.company_id, self.company)
        self.assertEqual(case.line_ids.product_id, self.pump)
        self.assertEqual(case.line_ids.quantity, 3)
        self.assertIn(self.invoice.name, case.description)
        self.assertIn("3 of 10 Units: Pump", case.description)
        self.assertIn("All<br>&lt;b&gt;wet&lt;/b&gt;", case.description)
        self.assertEqual(case.message_ids.attachment_ids.raw, GIF)
        self.assertFalse(
            self.env["aftersales.portal.draft"].search([("key", "=like", "problem-%")])
        )

    def test_price(self):
        """A price: the dispute has what was agreed, and no goods."""
        self._send(self._url(self.price), **{self.line: "67,50"}, text="See the offer")
        case = self._cases()
        self.assertEqual(case.type_id, self.dispute)
        self.assertFalse(case.line_ids)
        own = case._get_raw_properties()
        self.assertEqual(own["dispute_about"], "price")
        self.assertEqual(own["invoice"], self.invoice.name)
        self.assertEqual(own["price_agreed"], 67.5)
        self.assertNotIn("quantity", own)
        row = self.env["aftersales.reported.line"].search([("case_id", "=", case.id)])
        self.assertEqual(row.amount, 270)  # 1080 × 22.50 of 90
        self.assertEqual((row.line_id, row.move_id), (self.pumps, self.invoice))

    def test_quantity(self):
        """A quantity: what was billed too much, and its part of the price."""
        self._send(self._url(self.quantity), **{self.line: "2"})
        case = self._cases()
        self.assertFalse(case.line_ids)
        self.assertEqual(case._get_raw_properties()["quantity"], 2)
        row = self.env["aftersales.reported.line"].search([("case_id", "=", case.id)])
        self.assertEqual((row.quantity, row.amount), (2, 216))

    def test_terms(self):
        """Terms: the whole invoice, or an amount of it; what it is must be said."""
        url = self._url(self.terms)
        self.assertNotIn("Freight", self.url_open(url, timeout=120).text)
        answer = self._send(url, amount="1140.01", text="")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("at most $\xa01,140.00", answer.text.replace("&nbsp;", "\xa0"))
        self.assertIn("Tell us what is not right.", answer.text)
        self._send(url, amount="40", text="Thirty days were agreed")
        case = self._cases()
        self.assertEqual(case.name, f"Terms are wrong: {self.invoice.name}")
        row = self.env["aftersales.reported.line"].search([("case_id", "=", case.id)])
        self.assertEqual((row.line_id.id, row.amount), (False, 40))

    def test_several_lines(self):
        """Several lines of one invoice are one case."""
        freight = f"line-{self.freight.id}"
        self._send(self._url(self.damaged), **{self.line: "1", freight: "0.5"})
        case = self._cases()
        self.assertEqual(len(case), 1)
        self.assertEqual(case.name, f"Damaged: {self.invoice.name}")
        rows = self.env["aftersales.reported.line"].search([("case_id", "=", case.id)])
        self.assertEqual(rows.mapped("amount"), [108, 30])
        answer = self.url_open(self._url(self.damaged), timeout=120)
        self.assertIn(f"/my/cases/{case.id}", answer.url, "all of it leads there")

    def test_nothing_left(self):
        """Where all lines are reported, in several cases, no form asks for more."""
        freight = f"line-{self.freight.id}"
        self._send(self._url(self.damaged), **{self.line: "1"})
        self._send(self._url(self.damaged), **{freight: "0.5"})
        page = self.url_open(self._url(self.damaged), timeout=120).text
        self.assertIn('name="nothing_left"', page, "the lines lead to their cases")
        for case in self._cases():
            self.assertIn(f'href="/my/cases/{case.id}"', page)
        self.assertNotIn('name="text"', page, "a form nobody could send")

    def test_no_promise(self):
        """Nothing is said of the payment where nobody keeps invoices back."""
        self.assertEqual(self._new_case()._get_payment_notes(), [])
        case = self._new_case()
        self.assertNotIn(
            'name="case_payment"',
            self.url_open(f"/my/cases/{case.id}", timeout=120).text,
        )

    # === Mistakes === #

    def test_mistakes(self):
        """Text and files are kept, errors stand at the lines; nothing is made."""
        url = self._url(self.damaged)
        for typed in ("0", "-1", "10.5", "many", "1e3", "nan", "9" * 300):
            with self.subTest(typed=typed):
                answer = self._send(url, [("a.gif", GIF)], **{self.line: typed})
                self.assertEqual(answer.status_code, 422)
                self.assertIn(f'href="#field-{self.line}"', answer.text)
                self.assertFalse(self._cases())
        page = self._send(url, text="Kept").text
        self.assertIn("Enter how many are concerned.", page)
        self.assertIn(">Kept</textarea>", page)
        self.assertIn("a.gif", self.url_open(url).text)
        for typed in ("90", "100", "-5", "x"):
            with self.subTest(price=typed):
                answer = self._send(self._url(self.price), **{self.line: typed})
                self.assertEqual(answer.status_code, 422)
        self.assertFalse(self._cases())
        self._send(url, step="discard")
        self.assertNotIn("a.gif", self.url_open(url).text)

    def test_strange_lines(self):
        """Lines of other invoices, sections, gifts: no row takes them."""
        other = self._new_invoice(self.other)
        strange = (
            other.invoice_line_ids | self.invoice.line_ids - self.pumps - self.freight
        )
        names = {f"line-{line.id}": "1" for line in strange}
        answer = self._send(self._url(self.damaged), **names)
        self.assertEqual(answer.status_code, 422)
        answer = self._send(self._url(self.damaged, other.invoice_line_ids[1]), **names)
        self.assertEqual(answer.status_code, 422)
        # Of the one line that the address names, and of no other.
        freight = f"line-{self.freight.id}"
        answer = self._send(self._url(self.damaged, self.pumps), **{freight: "1"})
        self.assertEqual(answer.status_code, 422)
        self.assertFalse(self._cases())

    # === Whose invoice === #

    def _answers(self, invoice):
        page = self.url_open(self._url(self.damaged, invoice=invoice), timeout=120)
        line = invoice.invoice_line_ids[1]
        sent = self._send(
            self._url(self.damaged, invoice=invoice), **{f"line-{line.id}": "1"}
        )
        return page.status_code, sent.status_code

    def test_whose(self):
        """A colleague's is ours; foreign, draft, credit notes, other company are not."""
        drafted = self._new_invoice(post=False)
        refund = self._new_invoice(move_type="out_refund")
        cancelled = self._new_invoice()
        cancelled.button_draft()
        cancelled.button_cancel()
        company = self.env["res.company"].create({"name": "Other company"})
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        elsewhere = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": company.id,
                "partner_id": self.customer.id,
                "invoice_date": "2025-01-01",
                "invoice_line_ids": [
                    Command.create({"name": name, "price_unit": 1, "tax_ids": False})
                    for name in "ab"
                ],
            }
        )
        elsewhere.action_post()
        for invoice in (
            self._new_invoice(self.other),
            drafted,
            refund,
            cancelled,
            elsewhere,
        ):
            with self.subTest(invoice=invoice.name):
                self.assertEqual(self._answers(invoice), (404, 404))
        self.assertFalse(self._cases())
        colleagues = self._new_invoice(self.ben.partner_id)
        self.assertEqual(self._answers(colleagues), (200, 200))
        self.assertEqual(self._cases().reporter_id, self.contact)

    def test_not_offered(self):
        """Where no type takes problems there is neither button nor page."""
        (self.type_complaint | self.dispute).portal_offer = "shown"
        page = self.url_open(f"/my/invoices/{self.invoice.id}", timeout=120)
        self.assertNotIn('name="report_problem"', page.text)
        self.assertEqual(self.url_open(self._url()).status_code, 404)

    def test_strange_problems(self):
        """Problems of types that are not offered, and no numbers, lead to the choice."""
        hidden = self.env["aftersales.portal.problem"].create(
            {"name": "Hidden problem", "type_id": self.type_service.id}
        )
        for value in (hidden.id, 0, -1, 10**12, "x", ""):
            with self.subTest(problem=value):
                url = f"{self._url()}?problem={value}&line={value}"
                page = self.url_open(url, timeout=120)
                self.assertEqual(page.status_code, 200)
                self.assertIn('name="problems"', page.text)
                self.assertNotIn("Hidden problem", page.text)
                sent = self._send(url, **{self.line: "1"})
                self.assertEqual(sent.status_code, 404)
        self.assertFalse(self._cases())

    def test_by_link(self):
        """Whoever opens an invoice by the link of a mail sees it without our button."""
        url = self.invoice.get_portal_url()
        self.authenticate(None, None)
        page = self.url_open(url, timeout=120)
        self.assertIn(self.invoice.name, page.text)
        self.assertNotIn('name="report_problem"', page.text)

    # === Again === #

    def test_twice(self):
        """What is sent a second time by a click is one case."""
        url = self._url(self.damaged, self.pumps)
        page = self.url_open(url, timeout=120).text
        once = re.search(r'name="once" value="([^"]+)"', page)[1]
        answers = [
            self._send(url, **{self.line: "1"}, once=once) for _click in range(2)
        ]
        self.assertEqual(len(self._cases()), 1)
        self.assertEqual(answers[0].url, answers[1].url)

    def test_second_report(self):
        """A second report of a line leads to the open case, with what was typed."""
        url = self._url(self.damaged, self.pumps)
        self._send(url, **{self.line: "1"})
        case = self._cases()
        page = self.url_open(f"/my/invoices/{self.invoice.id}").text
        self.assertIn(f'href="/my/cases/{case.id}"', page)
        answer = self.url_open(url)
        self.assertIn(f"/my/cases/{case.id}?sent=known", answer.url)
        answer = self._send(
            self._url(self.price), [("b.gif", GIF)], **{self.line: "5"}, text="Again"
        )
        self.assertIn(f"/my/cases/{case.id}?sent=known", answer.url)
        self.assertIn(">Again</textarea>", answer.text)
        self.assertIn("b.gif", answer.text)
        self.assertEqual(self._cases(), case)
        # With another line it is said at the one that is reported.
        answer = self._send(
            self._url(self.damaged),
            **{self.line: "1", f"line-{self.freight.id}": "1"},
        )
        self.assertEqual(answer.status_code, 422)
        self._complete(case).stage_id = self.stage_solved
        self._send(url, **{self.line: "2"})
        self.assertEqual(len(self._cases()), 2)

    def test_colleague_reported(self):
        """Who does not see the colleague's case learns that it is there, not which."""
        self._send(self._url(self.damaged, self.pumps), **{self.line: "1"}, text="Wet")
        case = self._cases()
        self.authenticate(self.ben.login, self.ben.login)
        page = self.url_open(f"/my/invoices/{self.invoice.id}").text
        self.assertIn("A colleague reported this.", page)
        self.assertNotIn(case.number, page)
        url = self._url(self.damaged, self.pumps)
        self.assertIn("A colleague reported this.", self.url_open(url).text)
        answer = self._send(url, **{self.line: "1"})
        self.assertEqual(answer.status_code, 422)
        self.assertNotIn(case.number, answer.text)
        self.assertEqual(self._cases(), case)
        self._share("all")
        self.assertIn(f"/my/cases/{case.id}", self.url_open(url).url)

    def test_tour(self):
        """On a phone: from the invoice to the case, with a photo."""
        self.start_tour(
            f"/my/invoices/{self.invoice.id}",
            "aftersales_portal_problem",
            login=self.anna.login,
        )
        case = self._cases()
        self.assertEqual(case.name, "Damaged: Pump")
        self.assertEqual(case.message_ids.attachment_ids.name, "photo.gif")

    def test_csrf(self):
        """Without the token of the page nothing is done."""
        with self.assertLogs("odoo.http", "WARNING"):
            answer = self.url_open(
                self._url(self.damaged), data={self.line: "1"}, timeout=120
            )
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._cases())
        self.assertTrue(http.Request.csrf_token(self))
