from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ...engine.reached import get_percent
from ...engine.scenario import DRAFT, KEPT, MISSED, WAS
from .aftersales_sla_scenario import DRAFT_HOURS


class AftersalesSlaScenario(models.Model):
    """The answer: figures, months, the worst cases, in words and to be drawn."""

    _inherit = "aftersales.sla.scenario"

    currency_id = fields.Many2one(related="company_id.currency_id")
    case_count = fields.Integer("Cases", readonly=True, copy=False)
    met_count = fields.Integer("Met", readonly=True, copy=False)
    missed_count = fields.Integer("Missed", readonly=True, copy=False)
    open_count = fields.Integer("Open", readonly=True, copy=False)
    penalty = fields.Monetary("Penalties", readonly=True, copy=False)
    was_met_count = fields.Integer("Were Met", readonly=True, copy=False)
    was_missed_count = fields.Integer("Were Missed", readonly=True, copy=False)
    was_open_count = fields.Integer("Are Open", readonly=True, copy=False)
    was_penalty = fields.Monetary("Real Penalties", readonly=True, copy=False)
    assumed = fields.Text(
        "What It Was Judged By",
        readonly=True,
        copy=False,
        help="As it was when it was replayed.",
    )
    line_ids = fields.One2many(
        "aftersales.sla.scenario.line",
        "scenario_id",
        "By Month",
        readonly=True,
        copy=False,
    )
    worst_ids = fields.One2many(
        "aftersales.sla.scenario.case",
        "scenario_id",
        "Worst Cases",
        readonly=True,
        copy=False,
    )
    answer = fields.Char(compute="_compute_answer")
    months_html = fields.Html("Months", compute="_compute_months", sanitize=False)

    @api.depends("ran_at", "met_count", "missed_count", "was_met_count")
    @api.depends_context("lang")
    def _compute_answer(self):
        for asked in self:
            asked.answer = asked.ran_at and self.env._(
                "With the draft %(draft)s; as it was, %(was)s.",
                draft=asked._tell_counts(asked.met_count, asked.missed_count),
                was=asked._tell_counts(asked.was_met_count, asked.was_missed_count),
            )

    def _tell_counts(self, met, missed):
        percent = get_percent(met, missed)
        if percent is None:
            return self.env._("nothing is decided yet")
        return self.env._(
            "%(missed)s of %(all)s deadlines are missed, %(percent)s %% kept",
            missed=missed,
            all=met + missed,
            percent=formatLang(self.env, percent, digits=1),
        )

    @api.depends("line_ids")
    @api.depends_context("lang")
    def _compute_months(self):
        for asked in self:
            asked.months_html = self.env["ir.qweb"]._render(
                "aftersales_sla.scenario_months", {"months": asked._tell_months()}
            )

    def _tell_months(self):
        """Return what the table of months shows: a dict for each, and for all."""
        months = {}
        for line in self.line_ids:
            for month in (line.month, None):
                counts = months.setdefault(month, {DRAFT: {}, WAS: {}})[line.side]
                for kind, number in (
                    (KEPT, line.met_count),
                    (MISSED, line.missed_count),
                ):
                    counts[kind] = counts.get(kind, 0) + number
        total = months.pop(None, None)
        told = [
            self._tell_month(format_date(self.env, month, date_format="MMM y"), sides)
            for month, sides in sorted(months.items())
        ]
        if total:
            told.append(self._tell_month(self.env._("All"), total) | {"is_sum": True})
        return told

    def _tell_month(self, name, sides):
        percents, told = {}, {"name": name, "is_sum": False}
        for side, counts in sides.items():
            counts = {KEPT: 0, MISSED: 0} | counts
            percents[side] = percent = get_percent(counts[KEPT], counts[MISSED])
            told[f"{side}_missed"] = counts[MISSED]
            told[f"{side}_kept"] = (
                ""
                if percent is None
                else f"{formatLang(self.env, percent, digits=1)} %"
            )
        told["difference"], told["is_worse"] = "", False
        if None not in percents.values():
            difference = percents[DRAFT] - percents[WAS]
            sign = "\u2212" if difference < 0 else "+" if difference else ""
            told["difference"] = sign + formatLang(self.env, abs(difference), digits=1)
            told["is_worse"] = difference < 0
        return told

    def _tell_draft(self, policies):
        """Return what is promised, and by which hours, to be kept with the answer."""
        hours = self.calendar_id.name
        if self.draft == DRAFT_HOURS:
            return self.env._("The policies that held, by the hours of %s", hours)
        parts = []
        for policy in policies:
            calendar = self._get_hours(policy.calendar_id)
            parts.append(
                self.env._(
                    "%(policy)s: %(scope)s, %(hours)s",
                    policy=policy.name,
                    scope=policy.scope,
                    hours=calendar.name or self.env._("day and night"),
                )
            )
            parts += [f"\u2013 {target.sentence}" for target in policy.target_ids]
        return "\n".join(parts)

    def action_view_lines(self):
        """Open the months as graph and pivot.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_sla.aftersales_sla_scenario_line_action"
        )
        return action | {"domain": [("scenario_id", "=", self.id)]}
