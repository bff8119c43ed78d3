from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Domain

from ...const import CLOSED_STATES, STATE_OPEN, STATE_WAITING, STATES, WAITS


class AftersalesCaseStage(models.Model):
    """A column of the board. Code asks its state and who is waited for, not its name."""

    _name = "aftersales.case.stage"
    _description = "Case Stage"
    _inherit = ["aftersales.cached.mixin", "aftersales.bounded.mixin"]
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

    def write(self, vals):
        """Guard: what a stage means to the cases in it is no setting any more."""
        for name in ("state", "waiting_for"):
            if name in vals:
                changed = self.filtered(
                    lambda stage, name=name: (
                        (stage[name] or False) != (vals[name] or False)
                    )
                )
                changed._refuse_with_cases(self._fields[name])
        if "active" in vals and not vals["active"]:
            unfinished = self.env["aftersales.case"]._get_open_domain()
            self._refuse_with_cases(self._fields["active"], unfinished)
        return super().write(vals)

    def _refuse_with_cases(self, field, domain=Domain.TRUE):
        """Refuse a change of stages in which cases stand, and lead to them.

        :param field: what is being changed, for the message
        :param domain: which cases count
        :raises RedirectWarning: with the number of the cases
        """
        domain = Domain("stage_id", "in", self.ids) & domain
        # sudo: those of other companies and confidential ones count, as a number
        rows = (
            self.env["aftersales.case"]
            .sudo()
            ._read_group(domain, ["stage_id"], ["__count"])
        )
        if not rows:
            return
        message = self.env._(
            "%(field)s: %(count)s cases stand in stage %(stages)s. Move them to another"
            " stage first, or make a new stage.",
            field=field._description_string(self.env),
            count=sum(count for _stage, count in rows),
            stages=", ".join(stage.name for stage, _count in rows),
        )
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Cases"),
            "res_model": "aftersales.case",
            "views": [[False, "list"], [False, "form"]],
            "domain": list(domain),
        }
        raise RedirectWarning(message, action, self.env._("Show the Cases"))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_types(self):
        used = self.filtered("link_ids")
        if used:
            raise UserError(
                self.env._(
                    "Stage %(stages)s is used by types %(types)s and cannot be deleted."
                    " Take it out of them first, or archive it.",
                    stages=", ".join(used.mapped("name")),
                    types=", ".join(used.link_ids.type_id.mapped("name")),
                )
            )

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
