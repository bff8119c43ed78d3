from odoo import fields, models

from ...const import METRICS
from ...engine.scenario import DRAFT, WAS

SIDES = [(DRAFT, "With the draft"), (WAS, "As it was")]


class AftersalesSlaScenarioLine(models.Model):
    """How many deadlines of one month would have been kept, and how many were."""

    _name = "aftersales.sla.scenario.line"
    _description = "SLA What-If by Month"
    _log_access = False
    _order = "scenario_id, month, metric, side"
    _rec_name = "month"

    scenario_id = fields.Many2one(
        "aftersales.sla.scenario",
        "What-If",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    month = fields.Date(
        required=True, readonly=True, help="The month in which the case was reported."
    )
    metric = fields.Selection(METRICS, "Promise", required=True, readonly=True)
    side = fields.Selection(SIDES, "Judged", required=True, readonly=True)
    met_count = fields.Integer("Met", readonly=True)
    missed_count = fields.Integer("Missed", readonly=True)
    open_count = fields.Integer("Open", readonly=True)
