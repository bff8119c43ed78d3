from odoo import api, models


class ResPartner(models.Model):
    """Agreements on the form of a partner: of all that belongs to his company."""

    _inherit = "res.partner"

    @api.depends("agreement_ids", "commercial_partner_id")
    @api.depends_context("uid")
    def _compute_agreements_count(self):
        """Count for those only who read agreements: every contact form shows it."""
        self.agreements_count = 0
        agreements = self.env["agreement"]
        if not agreements.has_access("read"):
            return
        groups = agreements._read_group(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("is_template", "=", False),
            ],
            ["commercial_partner_id"],
            ["__count"],
        )
        counts = {partner.id: count for partner, count in groups}
        for partner in self:
            partner.agreements_count = counts.get(partner.commercial_partner_id.id, 0)

    def action_open_agreement(self):
        """Open them for whoever reads agreements: core's way is for administrators.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_sla.agreement_action"
        )
        company = self.commercial_partner_id.id
        return action | {
            "domain": [
                ("commercial_partner_id", "=", company),
                ("is_template", "=", False),
            ],
            "context": {"default_partner_id": self.id},
        }
