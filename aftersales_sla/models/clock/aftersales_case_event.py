from odoo import api, models

from ...const import (
    EVENT_BREACH,
    EVENT_DISMISSED,
    EVENT_DUE,
    EVENT_POLICY,
    EVENT_REPAIR,
    OWN_EVENTS,
)


class AftersalesCaseEvent(models.Model):
    _inherit = "aftersales.case.event"

    @api.model
    def _get_hidden_kinds(self):
        """What we log is about clocks; what the customer was promised is the core's."""
        hidden = super()._get_hidden_kinds()
        if self.env["aftersales.sla.clock"].has_access("read"):
            return hidden
        return (*hidden, *OWN_EVENTS, EVENT_DISMISSED)

    @api.model
    def _get_kind_models(self):
        env = self.env
        return super()._get_kind_models() | {
            EVENT_POLICY: (env._("Policy"), "aftersales.sla.policy"),
            EVENT_DUE: (env._("Due time set by hand"), "aftersales.sla.target"),
            EVENT_BREACH: (env._("Target missed"), "aftersales.sla.target"),
            EVENT_REPAIR: (env._("Clocks repaired"), None),
            EVENT_DISMISSED: (env._("Asks for no answer"), None),
        }
