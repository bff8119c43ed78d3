from odoo import api, models

from ...const import EVENT_LEGAL


class AftersalesCaseEvent(models.Model):
    """What the log says of legal terms."""

    _inherit = "aftersales.case.event"

    @api.model
    def _get_kind_models(self):
        legal = self.env._("Legal term"), "aftersales.legal.term"
        return super()._get_kind_models() | {EVENT_LEGAL: legal}
