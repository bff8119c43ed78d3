from odoo import api, fields, models
from odoo.tools import date_utils, formatLang

from ...engine.reached import get_percent

LEADERS = "aftersales_case.group_aftersales_leader"


class AftersalesSlaTarget(models.Model):
    """How well a target is kept, against its goal, in words."""

    _inherit = "aftersales.sla.target"

    reached_text = fields.Char(
        "Reached", compute="_compute_reached_text", groups=LEADERS
    )

    @api.depends_context("uid", "lang")
    def _compute_reached_text(self):
        """Tell of the last twelve months what this user reads."""
        since = date_utils.subtract(fields.Datetime.now(), years=1)
        counts = self._count_reached([("counted_at", ">=", since)])
        for target in self:
            met, missed = counts.get(target._origin.id, (0, 0))
            target.reached_text = self._tell_reached(met, missed, target.goal_percent)

    def _count_reached(self, domain):
        """Return ``{target id: (met, missed)}`` of the clocks of a domain."""
        groups = self.env["aftersales.sla.report"]._read_group(
            [("target_id", "in", self.ids), *domain],
            ["target_id"],
            ["met_count:sum", "missed_count:sum"],
        )
        return {target.id: (met, missed) for target, met, missed in groups}

    @api.model
    def _tell_reached(self, met, missed, goal):
        """Return what was reached against a goal, as people say it."""
        reached, judged = get_percent(met, missed), met + missed
        if reached is None:
            return self.env._("Nothing to judge yet; the goal is %s %%", goal)
        values = {
            "reached": formatLang(self.env, reached, digits=1),
            "met": met,
            "judged": judged,
            "goal": goal,
        }
        if 100 * met >= goal * judged:
            return self.env._(
                "%(reached)s %% (%(met)s of %(judged)s): the goal of %(goal)s %% is kept",
                **values,
            )
        below = formatLang(self.env, goal - reached, digits=1)
        return self.env._(
            "%(reached)s %% (%(met)s of %(judged)s): %(below)s points below the goal of"
            " %(goal)s %%",
            below=below,
            **values,
        )
