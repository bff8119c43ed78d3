from odoo import models

from ...const import SHARE_OFF


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_aftersales_sharing(self):
        """Open who of this customer's people sees which cases in the portal."""
        self.ensure_one()
        self.check_access("read")
        customer = self.commercial_partner_id
        sharing = self.env["aftersales.portal.sharing"]
        row = sharing.search([("partner_id", "=", customer.id)])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cases in the Portal: %s", customer.name),
            "res_model": sharing._name,
            "res_id": row.id,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_partner_id": customer.id,
                "default_mode": SHARE_OFF,
            },
        }
