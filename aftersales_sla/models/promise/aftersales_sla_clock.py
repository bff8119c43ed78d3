from odoo import models
from odoo.exceptions import UserError

from ...engine.cycles import OWN_METRICS


class AftersalesSlaClock(models.Model):
    """A date that was told to people is moved by telling another one."""

    _inherit = "aftersales.sla.clock"

    def _ensure_can_set_due(self):
        result = super()._ensure_can_set_due()
        if self.metric in OWN_METRICS:
            raise UserError(
                self.env._(
                    "Due: this follows from a promised date. Use Move the Promised Date"
                    " on the case."
                )
            )
        return result
