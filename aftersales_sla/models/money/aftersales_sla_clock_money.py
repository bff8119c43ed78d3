from odoo import api, fields, models
from odoo.tools import SQL

from ...const import DUE_BACK

LEADERS = "aftersales_case.group_aftersales_leader"
# What a clock and a case say of money, and the column of penalties that it is the sum of.
MONEY = {
    "money_now": "company_amount",
    "money_next": "company_next",
    "money_most": "company_most",
}


class AftersalesSlaClock(models.Model):
    """What a clock costs: now, at the next step and at most; kept with its penalties."""

    _inherit = "aftersales.sla.clock"

    currency_id = fields.Many2one(related="company_id.currency_id")
    money_now = fields.Monetary("Penalty Now", compute="_compute_money", groups=LEADERS)
    money_next = fields.Monetary(
        "At the Next Step",
        compute="_compute_money",
        groups=LEADERS,
        help="When it is missed, or the next hour or day begins.",
    )
    money_most = fields.Monetary(
        "At Most",
        compute="_compute_money",
        groups=LEADERS,
        help="Within the limits; where there is none, as much as at the next step.",
    )
    is_endless = fields.Boolean(
        "Without a Limit", compute="_compute_money", groups=LEADERS
    )

    @api.depends("state", "due_at", "ended_at")
    def _compute_money(self):
        # sudo: penalties of clocks that may be read
        dues = self.env["aftersales.sla.penalty.due"].sudo()
        groups = dues._read_group(
            [("case_id", "in", self.case_id.ids), ("state", "!=", DUE_BACK)],
            ["case_id", "target_id", "cycle"],
            [*(f"{name}:sum" for name in MONEY.values()), "is_endless:bool_or"],
        )
        sums = {
            (case.id, target.id, cycle): found for case, target, cycle, *found in groups
        }
        nothing = [0.0] * len(MONEY) + [False]
        for clock in self:
            key = clock.case_id.id, clock.target_id.id, clock.cycle
            *found, clock.is_endless = sums.get(key, nothing)
            for name, value in zip(MONEY, found, strict=True):
                clock[name] = value

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let lists sort by money, and add it up, without keeping it twice."""
        if field_expr not in MONEY:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        return sum_penalties(
            self.env,
            MONEY[field_expr],
            SQL(
                "d.case_id = %s AND d.target_id = %s AND d.cycle = %s",
                *(SQL.identifier(alias, n) for n in ("case_id", "target_id", "cycle")),
            ),
        )

    # === Following === #

    @api.model
    def _prepare_row(self, replayed, rule, one, *args):
        """Keep for the time being when it stood still, by which lateness is counted."""
        row = super()._prepare_row(replayed, rule, one, *args)
        row["pauses"] = one.pauses
        return row

    @api.model
    def _store(self, cases, rows, raw, is_repair=False):
        rows = super()._store(cases, rows, raw, is_repair)
        self.env["aftersales.sla.penalty.due"]._follow(cases, rows, raw, is_repair)
        return rows

    @api.model
    def _forget(self, ids):
        """Nothing is at stake for a clock that is gone."""
        gone = self.browse(ids)
        dues = self.env["aftersales.sla.penalty.due"]._search_at_risk(gone)
        result = super()._forget(ids)
        dues.unlink()
        return result


def sum_penalties(env, column, condition):
    """Return SQL of the sum of a column of the penalties ``d`` of a condition."""
    columns = env["aftersales.sla.penalty.due"]._fields
    return SQL(
        "(SELECT COALESCE(SUM(%s), 0) FROM aftersales_sla_penalty_due d"
        " WHERE %s AND %s != %s)",
        SQL.identifier("d", column, to_flush=columns[column]),
        condition,
        SQL.identifier("d", "state", to_flush=columns["state"]),
        DUE_BACK,
    )
