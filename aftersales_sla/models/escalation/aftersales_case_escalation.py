from odoo import api, fields, models

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

    @api.model
    def _plan_readings(self, readings):
        """Plan activities: somebody is to look at each of these cases today.

        :param readings: ``[(case, user, what it is about, how it stands)]``
        """
        kind = self.env.ref("mail.mail_activity_data_warning")
        model = self.env["ir.model"]._get_id(self._name)
        self.env["mail.activity"].create(
            [
                {
                    "activity_type_id": kind.id,
                    "summary": summary,
                    "note": note,
                    "res_model_id": model,
                    "res_id": case.id,
                    "user_id": user.id,
                    "date_deadline": fields.Date.context_today(self),
                    "automated": True,
                }
                for case, user, summary, note in readings
            ]
        )
