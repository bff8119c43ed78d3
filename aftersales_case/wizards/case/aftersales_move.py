from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import REQUIRE_FIELD

# What a stage that ends cases asks for most, and what many cases may share.
SHARED_ANSWERS = ("cause_id", "resolution_id", "rejection_reason_id")


class AftersalesMove(models.TransientModel):
    """Takes many cases to a stage, through its gate: what lacks something stays."""

    _name = "aftersales.move"
    _description = "Move Cases"
    _inherit = "aftersales.moving.mixin"

    state = fields.Selection(related="stage_id.state")
    ready_count = fields.Integer("To Be Moved", compute="_compute_missing_text")
    count = fields.Integer(compute="_compute_missing_text")
    cause_id = fields.Many2one(
        "aftersales.cause",
        domain="['|', ('type_ids', '=', False), ('type_ids', 'in', type_ids)]",
    )
    resolution_id = fields.Many2one(
        "aftersales.resolution",
        domain="[('outcome', '=', 'done'),"
        " '|', ('type_ids', '=', False), ('type_ids', 'in', type_ids)]",
    )
    rejection_reason_id = fields.Many2one(
        "aftersales.resolution",
        domain="[('outcome', '=', 'rejected'),"
        " '|', ('type_ids', '=', False), ('type_ids', 'in', type_ids)]",
    )

    @api.depends(*SHARED_ANSWERS)
    def _compute_missing_text(self):
        return super()._compute_missing_text()

    def _tell_missing(self, missing):
        self.count = len(self.case_ids)
        self.ready_count = sum(not texts for texts in missing.values())
        return super()._tell_missing(missing)

    def _get_missing(self):
        """Name what is missing besides what the dialog itself fills in."""
        self.ensure_one()
        cases = self.case_ids._origin
        if not self.stage_id:
            return {}
        strangers = cases.filtered(
            lambda case: case.type_id not in self.stage_id.type_ids._origin
        )
        given = {name for name in SHARED_ANSWERS if self[name]}
        result = {
            case: [
                item.text
                for item in items
                if item.kind != REQUIRE_FIELD or item.name not in given
            ]
            for case, items in (cases - strangers)._missing_for(self.stage_id).items()
        }
        for case in strangers:
            result[case] = [
                self.env._(
                    "“%(type)s” has no stage “%(stage)s”.",
                    type=case.type_id.name,
                    stage=self.stage_id.name,
                )
            ]
        return result

    def _get_ready(self):
        """Return the cases that lack nothing."""
        missing = self._get_missing()
        return self.case_ids._origin.filtered(lambda case: not missing[case])

    def action_move(self):
        """Move the cases that lack nothing; the others stay as they are.

        :returns: action that shows the list again, and how many were moved
        :raises UserError: when no case can be moved
        """
        self.ensure_one()
        self.case_ids.check_access("write")
        ready = self._get_ready()
        if not ready:
            raise UserError(
                self.env._(
                    "None of these cases can be moved yet. What is missing stands beside"
                    " each of them."
                )
            )
        with ready._changing() as cases:
            for name in SHARED_ANSWERS:
                # What somebody has answered already is not overwritten.
                unanswered = cases.filtered(lambda case, n=name: not case[n])
                if self[name] and unanswered:
                    unanswered[name] = self[name]
            cases.stage_id = self.stage_id
        stay = len(self.case_ids) - len(ready)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if stay else "success",
                "message": self.env._(
                    "%(moved)s moved to “%(stage)s”, %(stay)s left where they were.",
                    moved=len(ready),
                    stage=self.stage_id.name,
                    stay=stay,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
