from odoo import api, fields, models

from ...const import SCOPE_AMOUNT, SCOPE_INVOICE

# The reasons that come with the addon and are about one invoice.
SHIPPED = ("reason_product", "reason_dispute")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_customer_hold = fields.Selection(
        related="company_id.aftersales_customer_hold", readonly=False
    )
    aftersales_credit_days = fields.Integer(
        related="company_id.aftersales_credit_days", readonly=False
    )
    aftersales_hold_scope = fields.Selection(
        [
            (SCOPE_AMOUNT, "The disputed part: the rest is dunned as ever"),
            (SCOPE_INVOICE, "The whole invoice: nothing of it is asked for meanwhile"),
        ],
        "What a Complaint Holds",
        help="Of the reasons that come with the addon, for all companies; each reason can be"
        " changed by itself.",
    )

    @api.model
    def get_values(self):
        """Read what the shipped reasons hold; nothing where they differ."""
        scopes = set(self._get_shipped_reasons().mapped("scope"))
        return super().get_values() | {
            "aftersales_hold_scope": scopes.pop() if len(scopes) == 1 else False
        }

    def set_values(self):
        """Let the shipped reasons hold what was chosen."""
        res = super().set_values()
        scope = self.aftersales_hold_scope
        reasons = self._get_shipped_reasons()
        changed = reasons.filtered(lambda reason: scope and reason.scope != scope)
        if changed:
            changed.scope = scope
        return res

    @api.model
    def _get_shipped_reasons(self):
        reasons = self.env["aftersales.dunning.hold.reason"]
        for name in SHIPPED:
            reasons |= self.env.ref(f"aftersales_dunning.{name}", False) or reasons
        return reasons
