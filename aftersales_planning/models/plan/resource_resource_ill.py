from odoo import models


class ResourceResource(models.Model):
    """Somebody cannot come."""

    _inherit = "resource.resource"

    def action_open_ill(self):
        """Ask from when until when this technician cannot come.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("read")
        self.env["aftersales.visit"].check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cannot Come"),
            "res_model": "aftersales.technician.ill",
            "view_mode": "form",
            "target": "new",
            "context": {"default_resource_id": self.id},
        }
