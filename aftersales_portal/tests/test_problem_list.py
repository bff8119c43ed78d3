from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.tests.common import feature

from .invoices import InvoiceSetup


@tagged("post_install", "-at_install")
class TestProblemList(InvoiceSetup, HttpCase):
    """The list of invoices: each that can be reported says so."""

    def setUp(self):
        super().setUp()
        self._log_in(self.anna)

    def _load(self):
        """Return the page, and how many queries it took."""
        self.url_open("/my/invoices", timeout=120)
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        page = self.url_open("/my/invoices").text
        return page, self.env.cr.sql_log_count - start

    @feature("N-04")
    def test_rows(self):
        """Invoices of one's own company do; credit notes and cancelled ones do not."""
        refund = self._new_invoice(move_type="out_refund")
        cancelled = self._new_invoice()
        cancelled.button_draft()
        cancelled.button_cancel()
        foreign = self._new_invoice(self.other)
        page, _queries = self._load()
        self.assertIn(f'href="{self._url()}"', page)
        self.assertIn(refund.name, page)
        for invoice in (refund, cancelled, foreign):
            self.assertNotIn(self._url(invoice=invoice), page)
        service, partner = self._service(self.anna)
        # sudo: as if a page listed what is not his
        shown = (self.invoice | foreign).with_env(service.sudo().env)
        self.assertEqual(
            service.sudo()._get_problem_urls(partner, shown),
            {self.invoice: self._url()},
        )
        choice = self.url_open(self._url()).text
        self.assertIn("Damaged", choice)

    def test_all_reported(self):
        """Where all is reported already, every problem leads there: no form without rows."""
        line = {"name": "Service", "price_unit": 9, "tax_ids": False}
        sold = self._new_invoice(invoice_line_ids=[Command.create(line)])
        name = f"line-{sold.invoice_line_ids.id}"
        self._send(self._url(self.quantity, invoice=sold), **{name: "1"})
        case = self._cases()
        self.assertEqual(len(case), 1)
        url = self._url(self.price, invoice=sold)
        self.assertIn(f"/my/cases/{case.id}?sent=known", self.url_open(url).url)
        self.authenticate(self.ben.login, self.ben.login)
        self.assertIn("A colleague reported this.", self.url_open(url).text)
        answer = self._send(url, text="Too dear")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("All of this was reported already.", answer.text)

    def test_not_offered(self):
        """Nobody is offered what no type takes, and colleagues report elsewhere."""
        (self.type_complaint | self.dispute).portal_offer = "shown"
        self.assertNotIn('name="report_problem"', self._load()[0])
        (self.type_complaint | self.dispute).portal_offer = "new"
        self.agent.group_ids += self.env.ref("account.group_account_invoice")
        self.authenticate(self.agent.login, self.agent.login)
        self.assertNotIn('name="report_problem"', self._load()[0])

    def test_no_query_per_row(self):
        """What the rows are asked in addition does not grow with them."""

        def count():
            service, partner = self._service(self.anna)
            invoices = service.env["account.move"].search(
                [("partner_id", "=", self.customer.id)]
            )
            invoices.mapped("amount_residual")
            return self._count_queries(
                lambda: service._get_problem_urls(partner, invoices)
            ), len(invoices)

        count()
        few, number = count()
        for _invoice in range(5):
            self._new_invoice(invoice_line_ids=[Command.create({"name": "a"})])
        self.env.flush_all()
        self.assertEqual(count(), (few, number + 5))
