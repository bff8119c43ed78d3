from odoo import api, models

from ...const import EVENT_HOLD, EVENT_HOLD_END, EVENT_HOLD_RENEWED


class AftersalesCaseEvent(models.Model):
    _inherit = "aftersales.case.event"

    @api.model
    def _get_kind_models(self):
        """Add what happens to the dunning of the invoices of a case."""
        env = self.env
        return super()._get_kind_models() | {
            EVENT_HOLD: (env._("Invoice held"), "account.move"),
            EVENT_HOLD_END: (env._("Hold ended"), "account.move"),
            EVENT_HOLD_RENEWED: (env._("Hold renewed"), "account.move"),
        }
