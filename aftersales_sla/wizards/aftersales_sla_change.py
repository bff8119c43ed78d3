from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import date_utils

KEEP, MOVE = "keep", "move"


class AftersalesSlaChange(models.TransientModel):
    """Changes a policy from a day on: a new version is made, the old one ends."""

    _name = "aftersales.sla.change"
    _description = "Change an SLA Policy From a Date On"
    _inherit = ["aftersales.bounded.mixin"]

    policy_id = fields.Many2one(
        "aftersales.sla.policy", required=True, ondelete="cascade"
    )
    day = fields.Date(
        "Valid From",
        required=True,
        default=lambda self: date_utils.add(fields.Date.context_today(self), days=1),
    )
    running_count = fields.Integer(
        "How Many Run", related="policy_id.running_count", related_sudo=False
    )
    running = fields.Selection(
        [
            (KEEP, "Keep what was promised to them"),
            (MOVE, "Move over to the new version on that day"),
        ],
        "Running Cases",
        required=True,
        default=KEEP,
    )

    def action_apply(self):
        """Make the new version.

        :returns: an action that opens it, to be changed
        """
        self.ensure_one()
        if self.day < fields.Date.context_today(self):
            raise UserError(
                self.env._("Valid From: choose today or a later day, not %s.", self.day)
            )
        made = self.policy_id._change_from(self.day, self.running == MOVE)
        return made.get_formview_action()
