from odoo import api, models


class AftersalesFormMixin(models.AbstractModel):
    """Whoever works on a case need not read invoices and orders."""

    _inherit = "aftersales.form.mixin"

    @api.model
    def _get_shy_models(self):
        return super()._get_shy_models() | {
            "account.move",
            "account.move.line",
            "aftersales.dunning.hold",
            "sale.order",
            "sale.order.line",
        }
