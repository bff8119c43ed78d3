from odoo import api, fields, models


class ResPartner(models.Model):
    """The sites of a customer."""

    _inherit = "res.partner"

    aftersales_site_count = fields.Integer(
        "Sites", compute="_compute_aftersales_site_count"
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_aftersales_site_count(self):
        sites = self.env["aftersales.site"]
        if not sites.has_access("read"):
            self.aftersales_site_count = 0
            return
        rows = sites._read_group(
            [("partner_id", "child_of", self.ids)], ["partner_id"], ["__count"]
        )
        for partner in self:
            path = [partner.id, *partner.child_ids.ids]
            partner.aftersales_site_count = sum(
                count for found, count in rows if found.id in path
            )

    def action_open_aftersales_sites(self):
        """Open the sites of these partners and of their addresses.

        :returns: an action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_planning.aftersales_site_action"
        )
        return action | {
            "domain": [("partner_id", "child_of", self.ids)],
            "context": {"default_partner_id": self[:1].id},
        }
