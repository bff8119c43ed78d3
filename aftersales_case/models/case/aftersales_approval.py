from odoo import fields, models
from odoo.exceptions import AccessError


class AftersalesApproval(models.Model):
    """Somebody's yes or no to a case entering a stage."""

    _name = "aftersales.approval"
    _description = "Approval"
    _inherit = "aftersales.case.part"
    _order = "id desc"

    case_id = fields.Many2one(
        "aftersales.case", required=True, ondelete="cascade", index=True
    )
    requirement_id = fields.Many2one(
        "aftersales.stage.requirement", ondelete="set null", index="btree_not_null"
    )
    group_id = fields.Many2one("res.groups", "Role", required=True)
    state = fields.Selection(
        [("pending", "Asked"), ("approved", "Approved"), ("refused", "Refused")],
        required=True,
        default="pending",
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Answered By", readonly=True)
    answered_at = fields.Datetime(readonly=True)
    comment = fields.Char()

    def action_approve(self):
        return self._answer("approved")

    def action_refuse(self):
        return self._answer("refused")

    def _answer(self, state):
        for approval in self:
            if approval.group_id not in self.env.user.all_group_ids:
                raise AccessError(
                    self.env._(
                        "Only users with the role %s can answer this.",
                        approval.group_id.display_name,
                    )
                )
        self.check_access("read")
        # sudo: the role answers, whether or not it may otherwise change the case
        self.sudo().write(
            {
                "state": state,
                "user_id": self.env.uid,
                "answered_at": fields.Datetime.now(),
            }
        )
        for approval in self.sudo():  # sudo: as above
            label = dict(self._fields["state"]._description_selection(self.env))[state]
            approval.case_id._message_log(
                body=f"{label}: {approval.requirement_id.link_id.stage_id.name or ''}"
                f" ({self.env.user.name}) {approval.comment or ''}".strip()
            )
        return True
