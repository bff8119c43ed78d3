from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import AGES


class AftersalesDunningHold(models.Model):
    """How long money has been held: searched and grouped, and true on every day.

    A stored age would be yesterday's; this one is computed by the database.
    """

    _inherit = "aftersales.dunning.hold"

    age = fields.Selection(
        AGES,
        compute="_compute_age",
        search="_search_age",
        help="How long this has been held, or was when dunning went on.",
    )

    @api.depends("date_from", "ended_at", "resume_on")
    def _compute_age(self):
        for hold in self:
            fitting = [key for key, _label in AGES if int(key) <= hold.days_held]
            hold.age = fitting[-1] if hold.date_from and fitting else False

    def _search_age(self, operator, value):
        if operator != "in":
            return NotImplemented
        keys = tuple(key for key in value if key)
        parts = []
        if keys:
            parts.append(
                Domain.custom(
                    to_sql=lambda model, alias, query: SQL(
                        "%s IN %s", model._field_to_sql(alias, "age", query), keys
                    )
                )
            )
        if len(keys) < len(value):
            parts.append(Domain("date_from", "=", False))
        return Domain.OR(parts)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "age":
            return super()._field_to_sql(alias, field_expr, query)
        today = fields.Date.context_today(self)
        days = SQL(
            "(CASE WHEN %(resume_on)s > %(today)s THEN %(today)s"
            " ELSE COALESCE(%(ended_at)s::date, %(today)s) END - %(date_from)s)",
            resume_on=super()._field_to_sql(alias, "resume_on", query),
            ended_at=super()._field_to_sql(alias, "ended_at", query),
            today=today,
            date_from=super()._field_to_sql(alias, "date_from", query),
        )
        # The youngest age takes what began on a day that elsewhere is still to come.
        cases = [
            SQL("WHEN %s >= %s THEN %s", days, int(key), key)
            if int(key)
            else SQL("WHEN %s IS NOT NULL THEN %s", days, key)
            for key, _label in reversed(AGES)
        ]
        return SQL("(CASE %s END)", SQL(" ").join(cases))
