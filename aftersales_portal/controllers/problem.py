from werkzeug.exceptions import NotFound

from odoo.http import request

from odoo.addons.account.controllers.portal import PortalAccount

from ..engine.answers import read_ids
from .portal import PortalCases, form_route, get_files, is_discard, is_post


def pick(records, name):
    """Return those of some records that the address of a page names by their id."""
    ids = read_ids([request.httprequest.args.get(name) or ""])
    return records.filtered(lambda record: record.id in ids)


class PortalInvoiceProblem(PortalAccount):
    """The pages of invoices: something may be wrong with one."""

    def _prepare_my_invoices_values(self, *args, **kwargs):
        values = super()._prepare_my_invoices_values(*args, **kwargs)
        get_rows = values["invoices"]

        def get_rows_with_problems(offset):
            rows = get_rows(offset)
            invoices = request.env["account.move"].union(
                *(row["invoice"] for row in rows)
            )
            service = request.env["aftersales.portal.service"]
            urls = service._get_problem_urls(request.env.user.partner_id, invoices)
            return [row | {"problem_url": urls.get(row["invoice"])} for row in rows]

        return values | {"invoices": get_rows_with_problems}

    def _invoice_get_page_view_values(self, invoice, access_token, **kwargs):
        values = super()._invoice_get_page_view_values(invoice, access_token, **kwargs)
        service = request.env["aftersales.portal.service"]
        partner = request.env.user.partner_id
        return values | {"problem": service._get_problem_entry(partner, invoice.id)}


class PortalProblem(PortalCases):
    """Report a problem with an invoice: first what it is, then how much of what."""

    @form_route("/my/invoices/<int:invoice_id>/problem")
    def portal_my_invoice_problem(self, invoice_id, **_kwargs):
        """Choose the problem, say how much of what, and send it."""
        service, partner = self._get_service()
        invoice = service._find_invoice(partner, invoice_id)
        problems = invoice and service._get_problems(invoice)
        if not problems:
            raise NotFound
        line = pick(service._get_billed(invoice), "line")
        problem = pick(problems, "problem")
        if not problem:
            return self._choose_problem(service, partner, invoice, problems, line)
        if is_discard():
            service._discard_draft(service._get_problem_key(invoice))
            url = service._get_problem_url(invoice, line=line)
            return request.redirect(url, code=303)
        errors = {}
        if is_post():
            case, is_new, page, errors = service._report_problem(
                partner,
                invoice,
                problem,
                request.httprequest.form,
                *get_files(),
                chosen=line,
            )
            if case:
                sent = "new" if is_new else "known"
                return self._done(service, case, sent)
        else:
            page = service._get_problem_form(partner, invoice, problem, line)
            if known := service._find_reported(page, line):
                return self._done(service, known, "known")
        return self._render(
            "aftersales_portal.portal_invoice_problem",
            "aftersales_case_new",
            status=422 if errors else 200,
            url=service._get_problem_url(invoice, problem, line),
            back=service._get_problem_url(invoice, line=line),
            invoice_name=invoice.name,
            invoice_url=f"/my/invoices/{invoice.id}",
            once=service._get_once(),
            form=page,
            errors=errors,
            draft=service._get_draft(service._get_problem_key(invoice)),
        )

    def _choose_problem(self, service, partner, invoice, problems, line):
        """Show what can be wrong; a line that is reported leads to its case."""
        if is_post():
            raise NotFound
        known = service._get_reported(partner, invoice).get(line) if line else None
        if known and known["case"]:
            return self._done(service, known["case"], "known")
        return self._render(
            "aftersales_portal.portal_invoice_problem_choose",
            "aftersales_case_new",
            invoice_name=invoice.name,
            invoice_url=f"/my/invoices/{invoice.id}",
            line_label=service._get_line_label(line) if line else "",
            reported=known,
            choices=[
                {
                    "name": one.name,
                    "url": service._get_problem_url(invoice, one, line),
                }
                for one in problems
            ],
        )
