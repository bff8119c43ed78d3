from odoo import models


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    def _build_qr_code_vals(self, amount, *args, **kwargs):
        """Ask for the undisputed part of an invoice, which the context names."""
        asked = self.env.context.get("dunning_asked_amount")
        return super()._build_qr_code_vals(
            amount if asked is None else asked, *args, **kwargs
        )
