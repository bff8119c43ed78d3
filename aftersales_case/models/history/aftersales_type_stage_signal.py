from odoo import api, fields, models
from odoo.fields import Domain

from ...const import (
    MOST_CHANGES,
    MOST_DAYS,
    MOST_HOURS,
    STATE_NEW,
    STATE_OPEN,
    STATE_WAITING,
)

# Working hours that a case may stand in a stage, where nobody says otherwise.
DEFAULT_HOURS = {STATE_NEW: 8, STATE_OPEN: 40, STATE_WAITING: 80}


class AftersalesTypeStage(models.Model):
    """How long a case may stand in a stage of its type."""

    _inherit = "aftersales.type.stage"

    max_hours = fields.Float(
        "At Most (Working Hours)",
        compute="_compute_max_hours",
        store=True,
        readonly=False,
        help="A case that stands here longer is signalled; 0 means never.",
    )

    _max_hours_positive = models.Constraint(
        "CHECK(max_hours >= 0)", "At Most: hours cannot be negative."
    )

    @api.depends("stage_id")
    def _compute_max_hours(self):
        for link in self:
            link.max_hours = DEFAULT_HOURS.get(link.stage_id.state, 0)

    def _get_bounds(self, vals):
        return super()._get_bounds(vals) | {"max_hours": (0, MOST_HOURS)}

    def _get_signal_hours(self):
        """Hook: return after how many working hours a case is signalled here; 0 is never.

        A sibling whose own clock tells of such a stay returns 0, so that nobody is told
        twice; when that changes it calls ``_forget_plans`` of the case.
        """
        self.ensure_one()
        return self.max_hours

    def write(self, vals):
        res = super().write(vals)
        if "max_hours" in vals:
            self.env["aftersales.case"]._forget_plans(
                Domain("type_id", "in", self.type_id.ids)
                & Domain("stage_id", "in", self.stage_id.ids)
            )
        return res


class AftersalesCaseType(models.Model):
    """How long cases of a type may be open, and how often they may change hands."""

    _inherit = "aftersales.case.type"

    max_days_open = fields.Integer(
        "Open at Most (Working Days)",
        default=20,
        help="A case that is open longer is signalled; 0 means never.",
    )
    max_changes = fields.Integer(
        "Changes of Hands",
        default=4,
        help="So many other responsibles within the days are a signal; 0 means never.",
    )
    changes_days = fields.Integer("Within (Days)", default=14)
    attention_case_count = fields.Integer(
        "Cases That Need Attention", compute="_compute_signal_counts"
    )
    week_case_count = fields.Integer(
        "In Progress over a Week", compute="_compute_signal_counts"
    )

    _limits_positive = models.Constraint(
        "CHECK(max_days_open >= 0 AND max_changes >= 0 AND changes_days >= 0)",
        "Limits cannot be negative; 0 means no limit.",
    )

    def _compute_signal_counts(self):
        over_a_week = self.env["aftersales.case"]._get_over_a_week_domain()
        self._count_cases(
            {
                "attention_case_count": Domain("attention", "!=", False),
                "week_case_count": over_a_week,
            }
        )

    def _get_bounds(self, vals):
        days = (0, MOST_DAYS)
        return super()._get_bounds(vals) | {
            "max_days_open": days,
            "changes_days": days,
            "max_changes": (0, MOST_CHANGES),
        }

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {"max_days_open", "max_changes", "changes_days"}:
            self.env["aftersales.case"]._forget_plans(Domain("type_id", "in", self.ids))
        return res

    def action_open_attention(self):
        return self._open_cases({"search_default_attention": 1})

    def action_open_over_a_week(self):
        return self._open_cases({"search_default_progress_over_a_week": 1})


class AftersalesCase(models.Model):
    _inherit = "aftersales.case"

    @api.model
    def _get_over_a_week_domain(self):
        """Return the domain of cases in progress whose customer told us a week ago."""
        return Domain("state", "in", (STATE_OPEN, STATE_WAITING)) & Domain(
            "reported_at", "<", "today -7d"
        )


class AftersalesTeam(models.Model):
    _inherit = "aftersales.team"

    def write(self, vals):
        res = super().write(vals)
        if "resource_calendar_id" in vals:
            self.env["aftersales.case"]._forget_plans(Domain("team_id", "in", self.ids))
        return res
