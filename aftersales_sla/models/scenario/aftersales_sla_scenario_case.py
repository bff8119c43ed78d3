from odoo import api, fields, models

from ...const import CLOCK_STATES, METRICS
from ..clock.aftersales_sla_clock_show import format_seconds


class AftersalesSlaScenarioCase(models.Model):
    """One of the worst misses of a what-if; whoever reads the case reads it."""

    _name = "aftersales.sla.scenario.case"
    _description = "Worst Case of an SLA What-If"
    _inherit = ["aftersales.case.part"]
    _log_access = False
    _order = "scenario_id, seconds_late desc, id"
    _rec_name = "case_id"

    scenario_id = fields.Many2one(
        "aftersales.sla.scenario",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    case_id = fields.Many2one(
        "aftersales.case", required=True, readonly=True, ondelete="cascade", index=True
    )
    metric = fields.Selection(METRICS, "Promise", required=True, readonly=True)
    due_at = fields.Datetime("Due", readonly=True)
    ended_at = fields.Datetime("Done", readonly=True)
    seconds_late = fields.Integer(readonly=True)
    late = fields.Char(
        "Late By",
        compute="_compute_late",
        help="Hours, with nights and weekends among them.",
    )
    was_state = fields.Selection(CLOCK_STATES, "As It Was", readonly=True)

    @api.depends("seconds_late")
    @api.depends_context("lang")
    def _compute_late(self):
        for worst in self:
            worst.late = format_seconds(worst.seconds_late)
