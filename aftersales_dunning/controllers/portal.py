from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.account_payment.controllers.portal import PortalAccount

OVERDUE = "/my/invoices?filterby=overdue_invoices"


class PortalDunning(PortalAccount):
    """Held amounts are not overdue, and pay-all pays only what is due now."""

    def _get_overdue_invoices_domain(self, partner_id=None):
        """Leave out what may not be asked for at the moment.

        Counter, filter, page and payment of overdue invoices all ask this.
        """
        domain = Domain(super()._get_overdue_invoices_domain(partner_id=partner_id))
        # sudo: portal users may not read holds; only the ids of their own invoices are
        # used, and the search that follows obeys the rules
        overdue = request.env["account.move"].sudo().search(domain)
        return list(domain & Domain("id", "not in", overdue._get_stopped().ids))

    def _overdue_invoices_get_page_view_values(self, overdue_invoices, **kwargs):
        """Ask for what is due now; core asks for the totals, whatever was paid."""
        values = super()._overdue_invoices_get_page_view_values(
            overdue_invoices, **kwargs
        )
        if "payment" not in values:
            return values
        currency = overdue_invoices[0].currency_id
        amount = currency.round(sum(overdue_invoices.mapped("due_now")))
        values["payment"]["amount"] = amount
        asked = [
            {"invoice": invoice, "review": invoice._get_dunning_review()}
            for invoice in overdue_invoices
        ]
        return values | {"amount": amount, "asked": asked}

    @route()
    def portal_my_overdue_invoices(self, access_token=None, **kw):
        """Show the list, with a button an invoice, where one payment cannot pay all."""
        if self._is_paid_separately():
            return request.redirect(OVERDUE)
        return super().portal_my_overdue_invoices(access_token=access_token, **kw)

    def _prepare_my_invoices_values(self, *args, **kwargs):
        """Add whether one payment can pay all that is overdue."""
        values = super()._prepare_my_invoices_values(*args, **kwargs)
        many = values["overdue_invoice_count"] > 1
        return values | {"pay_separately": many and self._is_paid_separately()}

    def _is_paid_separately(self):
        """Say whether what is overdue is owed in several currencies or companies."""
        Move = request.env["account.move"]
        if not Move.has_access("read"):
            return False
        overdue = Move.search(self._get_overdue_invoices_domain())
        return len(overdue.currency_id) > 1 or len(overdue.company_id) > 1
