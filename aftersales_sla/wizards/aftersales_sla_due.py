from odoo import api, fields, models


class AftersalesSlaDue(models.TransientModel):
    """Asks when something is due, and why not when it was computed."""

    _name = "aftersales.sla.due"
    _description = "Set a Due Time"
    _inherit = ["aftersales.bounded.mixin"]

    clock_id = fields.Many2one(
        "aftersales.sla.clock", required=True, readonly=True, ondelete="cascade"
    )
    sentence = fields.Char(related="clock_id.sentence", related_sudo=False)
    is_by_hand = fields.Boolean(related="clock_id.is_by_hand", related_sudo=False)
    hand_text = fields.Char(related="clock_id.hand_text", related_sudo=False)
    before_at = fields.Datetime(
        "Due Now", related="clock_id.due_at", related_sudo=False
    )
    due_at = fields.Datetime(
        "Due", compute="_compute_due_at", store=True, readonly=False, compute_sudo=False
    )
    reason = fields.Char()

    @api.depends("clock_id")
    def _compute_due_at(self):
        for wizard in self:
            wizard.due_at = wizard.clock_id.due_at

    def action_set(self):
        """Let it be due at the moment that is given, and log why.

        :returns: an action
        :raises UserError: without a reason, and for a moment that has passed
        """
        self.ensure_one()
        self.clock_id._set_due(self.due_at, self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_reset(self):
        """Let it be due again when it is computed to be.

        :returns: an action
        """
        self.ensure_one()
        self.clock_id._set_due(False, self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
