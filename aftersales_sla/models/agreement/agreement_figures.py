from odoo import api, fields, models
from odoo.tools import date_utils

from ...const import OPEN_CLOCKS
from ...engine.clock import BREACHED, MET
from ...engine.reached import get_percent

LEADERS = "aftersales_case.group_aftersales_leader"


class Agreement(models.Model):
    """How well what is agreed is kept, in the last twelve months."""

    _inherit = "agreement"

    sla_open_count = fields.Integer(
        "Open Deadlines", compute="_compute_sla_figures", groups=LEADERS
    )
    sla_missed_count = fields.Integer(
        "Missed", compute="_compute_sla_figures", groups=LEADERS
    )
    sla_met_percent = fields.Float(
        "Met (%)",
        compute="_compute_sla_figures",
        groups=LEADERS,
        help="Of the deadlines of the last twelve months that were met or missed.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_sla_figures(self):
        """Count the clocks that this user reads: those of confidential cases may lack."""
        policies = self.with_context(active_test=False).sla_policy_ids
        since = date_utils.subtract(fields.Datetime.now(), years=1)
        groups = self.env["aftersales.sla.clock"]._read_group(
            [
                ("company_id", "in", policies.company_id.ids),
                ("policy_id", "in", policies.ids),
                ("start_at", ">=", since),
            ],
            ["policy_id", "state"],
            ["__count"],
        )
        counts = {}
        for policy, state, count in groups:
            found = counts.setdefault(policy.agreement_id.id, {})
            found[state] = found.get(state, 0) + count
        for agreement in self:
            found = counts.get(agreement.id, {})
            missed, met = found.get(BREACHED, 0), found.get(MET, 0)
            agreement.sla_open_count = sum(found.get(state, 0) for state in OPEN_CLOCKS)
            agreement.sla_missed_count = missed
            agreement.sla_met_percent = get_percent(met, missed) or 0

    def action_view_sla_clocks(self):
        """Open the deadlines of this agreement.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("read")
        policies = self.with_context(active_test=False).sla_policy_ids
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_sla.aftersales_sla_clock_action"
        )
        return action | {"domain": [("policy_id", "in", policies.ids)]}
