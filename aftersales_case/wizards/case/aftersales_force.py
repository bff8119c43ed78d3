from odoo import fields, models


class AftersalesForce(models.TransientModel):
    """Asks a manager why cases are moved although their gate is closed."""

    _name = "aftersales.force"
    _description = "Move past the Gate"
    _inherit = "aftersales.moving.mixin"

    reason = fields.Char(required=True)

    def action_force(self):
        """Move the cases and log the reason."""
        self.ensure_one()
        self.case_ids._force_stage(self.stage_id, self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
