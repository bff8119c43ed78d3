from odoo import fields, models

from ...const import ALERT_REACHED

AGENT = "aftersales_case.group_aftersales_agent"


class AftersalesCase(models.Model):
    """Escalation of what is promised about a case: planned by the replay, told by the job."""

    _inherit = "aftersales.case"

    alert_ids = fields.One2many(
        "aftersales.sla.alert",
        "case_id",
        "Alerts",
        # Of a level that was reached its receivers tell, unless something failed.
        domain=["|", ("state", "!=", ALERT_REACHED), ("error", "!=", False)],
        groups=AGENT,
    )

    def _prepare_clocks(self, raw, forces, now):
        rows = super()._prepare_clocks(raw, forces, now)
        self.env["aftersales.sla.alert"]._plan_next(rows)
        return rows

    def _replay_due(self):
        """Replay these cases, of which something is due, and do what levels ask for."""
        rows = self._replay_clocks()
        self.env["aftersales.sla.alert"]._reach_levels(rows, fields.Datetime.now())
