from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...const import (
    BY_INBOX,
    CHANNELS,
    RECEIVERS,
    TO_PERSON,
    TO_RESPONSIBLE,
    USUAL_CHANNELS,
)


class AftersalesEscalationReceiver(models.Model):
    """One person whom a level tells, and by which channels, in order."""

    _name = "aftersales.escalation.receiver"
    _description = "Receiver of an Escalation Level"
    _inherit = ["aftersales.sla.setting.mixin"]
    _order = "level_id, sequence, id"

    level_id = fields.Many2one(
        "aftersales.escalation.level", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(RECEIVERS, "Who", required=True, default=TO_RESPONSIBLE)
    user_id = fields.Many2one(
        "res.users", "Person", ondelete="restrict", domain="[('share', '=', False)]"
    )
    channel = fields.Selection(CHANNELS, "First By", required=True, default=BY_INBOX)
    channel_2 = fields.Selection(
        CHANNELS, "Else By", help="Where the first one is not there."
    )
    channel_3 = fields.Selection(CHANNELS, "Or Else By")
    name = fields.Char(compute="_compute_name")

    @api.depends("kind", "user_id")
    @api.depends_context("lang")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for receiver in self:
            # sudo: the name of a colleague of another company
            person = receiver.kind == TO_PERSON and receiver.user_id.sudo().name
            receiver.name = person or kinds.get(receiver.kind, "")

    @api.constrains("kind", "user_id")
    def _check_user_id(self):
        for receiver in self.filtered(lambda one: one.kind == TO_PERSON):
            if not receiver.user_id or receiver.user_id.share:
                raise ValidationError(
                    self.env._("Person: choose the colleague who is told.")
                )

    def unlink(self):
        levels = self.level_id
        result = super().unlink()
        levels.exists()._check_does()
        return result

    def _get_channels(self):
        """Return the channels to try, in order: those chosen, then the usual ones."""
        self.ensure_one()
        chosen = (self.channel, self.channel_2, self.channel_3)
        return list(dict.fromkeys([*filter(None, chosen), *USUAL_CHANNELS]))
