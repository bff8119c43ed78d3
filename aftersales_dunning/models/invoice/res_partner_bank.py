from odoo import models

from odoo.addons.aftersales_case.engine.private import get_private

from ...engine.private import AskedAmount


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    def _build_qr_code_vals(self, amount, *args, **kwargs):
        """Ask for the undisputed part of an invoice, which the context names."""
        asked = get_private(self.env.context, "dunning_asked_amount", AskedAmount)
        return super()._build_qr_code_vals(
            amount if asked is None else asked, *args, **kwargs
        )
