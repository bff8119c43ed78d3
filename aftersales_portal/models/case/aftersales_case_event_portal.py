from odoo import api, models

from ...const import EVENT_AGREED, EVENT_REFUSED


class AftersalesCaseEvent(models.Model):
    """What customers decide in the portal, in the history of their cases."""

    _inherit = "aftersales.case.event"

    @api.model
    def _get_kind_models(self):
        return super()._get_kind_models() | {
            EVENT_AGREED: (self.env._("Accepted by the customer"), None),
            EVENT_REFUSED: (
                self.env._("Refused by the customer"),
                "aftersales.refusal.reason",
            ),
        }
