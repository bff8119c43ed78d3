from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import CLOSED_STATES, STATE_OPEN, STATE_WAITING, STATES, WAITS


class AftersalesCaseStage(models.Model):
    """A column of the board. Code asks its state and who is waited for, not its name."""

    _name = "aftersales.case.stage"
    _description = "Case Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    state = fields.Selection(
        STATES,
        required=True,
        default=STATE_OPEN,
        help="What the stage means to reports and deadlines, whatever its name.",
    )
    waiting_for = fields.Selection(
        WAITS, help="Who has to act before the case can go on."
    )
    fold = fields.Boolean(
        "Folded on the Board", compute="_compute_fold", store=True, readonly=False
    )
    description = fields.Text(translate=True)
    active = fields.Boolean(default=True)
    link_ids = fields.One2many("aftersales.type.stage", "stage_id", "Used By")
    type_ids = fields.Many2many(
        "aftersales.case.type", string="Types", compute="_compute_type_ids"
    )

    _waiting_for_state = models.Constraint(
        "CHECK((state = 'waiting') = (waiting_for IS NOT NULL))",
        "Waiting For: fill it in for a stage in state Waiting, and only there.",
    )

    @api.depends("state")
    def _compute_fold(self):
        for stage in self:
            stage.fold = stage.state in CLOSED_STATES

    @api.depends("link_ids.type_id")
    def _compute_type_ids(self):
        for stage in self:
            stage.type_ids = stage.link_ids.type_id

    @api.onchange("state")
    def _onchange_state(self):
        if self.state != STATE_WAITING:
            self.waiting_for = False

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_history(self):
        used = self.env["aftersales.case.event"].sudo()  # history of all companies
        rows = used._read_group([("stage_id", "in", self.ids)], ["stage_id"])
        if rows:
            raise UserError(
                self.env._(
                    "Stage %(stages)s stands in the history of cases and cannot be"
                    " deleted. Archive it instead.",
                    stages=", ".join(stage.name for (stage,) in rows),
                )
            )
