from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Let holds follow their customers; debtor control is told."""
        partners = self.env["res.partner"].browse(partner_ids).exists()
        before = partners._get_held_items()
        res = super()._merge(
            partner_ids, dst_partner=dst_partner, extra_checks=extra_checks
        )
        if before:
            partners.exists()._keep_held(before, is_merged=True)
        return res
