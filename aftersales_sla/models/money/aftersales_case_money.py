from odoo import api, fields, models
from odoo.tools import SQL

from ...const import DUE_BACK
from .aftersales_sla_clock_money import LEADERS, MONEY, sum_penalties


class AftersalesCase(models.Model):
    """What the promises about a case cost: on the card, in the list, on the form."""

    _inherit = "aftersales.case"

    penalty_due_ids = fields.One2many(
        "aftersales.sla.penalty.due", "case_id", "Penalties", groups=LEADERS
    )
    money_now = fields.Monetary("Penalty Now", compute="_compute_money", groups=LEADERS)
    money_next = fields.Monetary(
        "Penalty Next",
        compute="_compute_money",
        groups=LEADERS,
        help="When the next deadline is missed, or the next hour or day begins.",
    )
    money_most = fields.Monetary(
        "Penalty at Most", compute="_compute_money", groups=LEADERS
    )

    @api.depends("penalty_due_ids", "clock_ids")
    def _compute_money(self):
        sums = self._sum_penalties()
        for case in self:
            found = sums.get(case._origin.id, [0.0] * len(MONEY))
            for name, value in zip(MONEY, found, strict=True):
                case[name] = value

    def _sum_penalties(self):
        """Return ``{case id: sums of the columns of MONEY}`` of those that have any."""
        if not self.env["aftersales.sla.penalty"]._is_any():
            return {}
        self._flush_clocks()
        # sudo: penalties of cases that may be read
        dues = self.env["aftersales.sla.penalty.due"].sudo()
        groups = dues._read_group(
            [("case_id", "in", self._origin.ids), ("state", "!=", DUE_BACK)],
            ["case_id"],
            [f"{name}:sum" for name in MONEY.values()],
        )
        return {case.id: found for case, *found in groups}

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let columns of the board add money up, and lists sort by it."""
        if field_expr not in MONEY:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        self._flush_clocks()
        condition = SQL("d.case_id = %s", SQL.identifier(alias, "id"))
        return sum_penalties(self.env, MONEY[field_expr], condition)
