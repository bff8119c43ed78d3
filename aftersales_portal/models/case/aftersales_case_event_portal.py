from odoo import api, models

from odoo.addons.aftersales_case.const import EVENT_REPLY

from ...const import (
    EVENT_AGREED,
    EVENT_KEPT_OPEN,
    EVENT_REFUSED,
    EVENT_REMINDED,
    REPLY_REMINDER,
)


class AftersalesCaseEvent(models.Model):
    """What customers decide in the portal, and their silence, in the history."""

    _inherit = "aftersales.case.event"

    @api.model
    def _get_kind_models(self):
        return super()._get_kind_models() | {
            EVENT_AGREED: (self.env._("Accepted by the customer"), None),
            EVENT_REFUSED: (
                self.env._("Refused by the customer"),
                "aftersales.refusal.reason",
            ),
            EVENT_REMINDED: (self.env._("Silent customer reminded"), None),
            EVENT_KEPT_OPEN: (self.env._("Silent case not closed"), None),
        }

    @api.depends("kind", "reason")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        result = super()._compute_reason_text()
        for event in self:
            if (event.kind, event.reason) == (EVENT_REPLY, REPLY_REMINDER):
                event.reason_text = self.env._("reminder")
        return result
