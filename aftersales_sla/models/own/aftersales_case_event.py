from odoo import api, models

from odoo.addons.aftersales_case.const import EVENT_PROMISE

from ...const import EVENT_CHAIN
from ...engine.cycles import REASON_ASKED, REASON_LATE, REASON_UNTICKED


class AftersalesCaseEvent(models.Model):
    """What the log says of promised dates and chains, in words."""

    _inherit = "aftersales.case.event"

    @api.model
    def _get_kind_models(self):
        return super()._get_kind_models() | {
            EVENT_CHAIN: (self.env._("Supplier's time for our promise"), None)
        }

    def _compute_reason_text(self):
        result = super()._compute_reason_text()
        words = {
            (EVENT_PROMISE, REASON_ASKED): self.env._("the customer asked for it"),
            (EVENT_PROMISE, REASON_UNTICKED): self.env._("not promised any more"),
            (EVENT_CHAIN, REASON_LATE): self.env._("the supplier is too late"),
        }
        for event in self:
            if text := words.get((event.kind, event.reason)):
                event.reason_text = text
        return result
