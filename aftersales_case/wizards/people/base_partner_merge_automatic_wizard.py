from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Contacts that were one person all the time: what he signed follows him.

        Core logs who merged whom.
        """
        with self.env["aftersales.case.event"]._maintenance():
            return super()._update_foreign_keys(src_partners, dst_partner)
