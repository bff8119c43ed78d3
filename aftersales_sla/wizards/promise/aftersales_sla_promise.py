from odoo import api, fields, models


class AftersalesSlaPromise(models.TransientModel):
    """Asks for another promised date, and why."""

    _name = "aftersales.sla.promise"
    _description = "Move a Promised Date"

    case_id = fields.Many2one(
        "aftersales.case", required=True, readonly=True, ondelete="cascade"
    )
    before_at = fields.Datetime(
        "Promised", related="case_id.date_deadline", related_sudo=False
    )
    due_at = fields.Datetime(
        "New Date",
        compute="_compute_due_at",
        store=True,
        readonly=False,
        compute_sudo=False,
        help="Empty takes the promise back.",
    )
    is_asked = fields.Boolean(
        "The Customer Asked for It", help="Then no promise is broken."
    )
    reason = fields.Char()

    @api.depends("case_id")
    def _compute_due_at(self):
        for wizard in self:
            wizard.due_at = wizard.case_id.date_deadline

    def action_move(self):
        """Move the promised date.

        :returns: an action
        """
        self.ensure_one()
        self.case_id._move_promise(self.due_at, self.reason, self.is_asked)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
