from odoo import api, fields, models
from odoo.fields import Command


class AftersalesSlaRepair(models.TransientModel):
    """Shows what the clocks of cases would be after a replay, and asks why."""

    _name = "aftersales.sla.repair"
    _description = "Repair Deadlines"

    case_ids = fields.Many2many("aftersales.case", string="Cases", readonly=True)
    reason = fields.Char(required=True)
    changes_html = fields.Html(
        "What Changes", compute="_compute_changes", sanitize=False
    )
    change_count = fields.Integer(compute="_compute_changes")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        values["case_ids"] = [Command.set(self.env.context.get("active_ids") or [])]
        return values

    @api.depends("case_ids")
    @api.depends_context("lang")
    def _compute_changes(self):
        for repair in self:
            cases = repair.case_ids._origin
            changes = cases._get_repair_changes() if cases else []
            repair.change_count = len(changes)
            repair.changes_html = self.env["ir.qweb"]._render(
                "aftersales_sla.clock_changes",
                {"changes": [self._tell_change(change) for change in changes]},
            )

    def _tell_change(self, change):
        return {
            "case": change.case.number,
            "target": change.target._get_what(),
            "cycle": change.cycle,
            "before": self.env["aftersales.sla.clock"]._tell_row(change.before),
            "after": self.env["aftersales.sla.clock"]._tell_row(change.after),
        }

    def action_repair(self):
        """Replay the clocks of the cases, misses included, and log why.

        :returns: an action
        :raises AccessError: for who is no leader, and for several cases no manager
        """
        self.ensure_one()
        self.case_ids._repair_clocks(self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
