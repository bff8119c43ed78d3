from odoo import api, models

# What a site that stays takes over from those that it stands for.
TAKEN_OVER = ("calendar_id", "contact_id", "access_note")


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """An address has one site: core would delete the others with their visits."""
        # sudo: what hangs on the contacts follows them, whoever merges
        sites = self.env["aftersales.site"].sudo()
        own = sites.search([("partner_id", "=", dst_partner.id)])
        others = sites.search([("partner_id", "in", src_partners.ids)], order="id")
        kept = own or others[:1]
        self._join_sites(others - kept, kept)
        if kept and not own:
            kept.partner_id = dst_partner
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _join_sites(self, sites, kept):
        """Let what happens at some sites happen at another one, and remove them."""
        if not sites:
            return
        for name in TAKEN_OVER:
            kept[name] = kept[name] or next(filter(None, sites.mapped(name)), False)
        self.env.flush_all()
        self._update_foreign_keys_generic(kept._name, sites, kept)
        self.env.invalidate_all()
        sites.unlink()
