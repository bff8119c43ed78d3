from odoo.fields import Domain
from odoo.http import request

from odoo.addons.account_payment.controllers.portal import PortalAccount


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
        return values | {"amount": amount}
