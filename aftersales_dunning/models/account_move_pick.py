from odoo import api, models
from odoo.fields import Domain


class AccountMove(models.Model):
    """Service chooses an invoice to hold, although it may read no invoices."""

    _inherit = "account.move"

    @api.model
    @api.readonly
    def web_name_search(
        self, name, specification, domain=None, operator="ilike", limit=100
    ):
        """Offer the open invoices of a case's customer to those who work on the case.

        The form of a new hold names its case in the context key ``hold_case_id``. They
        get numbers and nothing else; whoever may read invoices chooses as always.
        """
        case = self.env["aftersales.case"].browse(self.env.context.get("hold_case_id"))
        if not case or self.has_access("read") or not case.has_access("write"):
            return super().web_name_search(name, specification, domain, operator, limit)
        # sudo: only numbers, and only of the customer of a case that is theirs
        invoices = self.sudo().search(
            self._get_pick_domain(case) & Domain("name", operator, name or ""),
            limit=limit,
        )
        return [
            {
                "id": invoice.id,
                "display_name": invoice.name,
                "__formatted_display_name": invoice.name,
            }
            for invoice in invoices
        ]

    @api.model
    def _get_pick_domain(self, case):
        """Return the domain of the invoices that a case may hold."""
        return Domain(
            [
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("company_id", "=", case.company_id.id),
                (
                    "commercial_partner_id",
                    "=",
                    case.partner_id.commercial_partner_id.id,
                ),
            ]
        )
