from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import HOLD_ACTIVE, READERS, SCOPE_CUSTOMER
from .customer_items import covered_items, out_on

MONEY_READERS = f"{READERS},account_credit_control.group_account_credit_control_info"
IS_OPEN = SQL(
    """line.reconciled IS NOT TRUE AND line.parent_state = 'posted'
   AND line.amount_residual > 0"""
)

# What the holds on invoices leave of what is open goes to one hold on the customer: the
# first that is active, else the ended one for whose date it waits the longest.
BESIDE = """
    WITH first AS (
        SELECT DISTINCT ON (line_id) line_id, move_id, hold_id
          FROM (
            SELECT item.line_id, item.move_id, item.hold_id,
                   CASE WHEN hold.state <> 'active' THEN hold.resume_on END AS resume_on
              FROM (%(covered)s) AS item
              JOIN aftersales_dunning_hold AS hold ON hold.id = item.hold_id
          ) AS candidate
      ORDER BY line_id, resume_on DESC NULLS FIRST, hold_id
    ), part AS (
        SELECT first.hold_id, first.move_id, sum(line.amount_residual) AS open
          FROM first
          JOIN account_move_line AS line ON line.id = first.line_id
      GROUP BY first.hold_id, first.move_id
    )
    SELECT part.hold_id, sum(GREATEST(part.open - COALESCE(own.held, 0), 0)) AS amount
      FROM part
 LEFT JOIN LATERAL (
        SELECT sum(hold.held_company) AS held
          FROM aftersales_dunning_hold AS hold
         WHERE hold.move_id = part.move_id AND hold.scope <> 'customer'
      ) AS own ON true
  GROUP BY part.hold_id
"""


def money_beside(today):
    """Return the query of what holds on no invoice hold: (hold_id, amount).

    :param today: what waits for a date does so until this day
    """
    return SQL(BESIDE, covered=covered_items(out_on(today), IS_OPEN))


READ = {
    "account.move": (
        "commercial_partner_id",
        "company_id",
        "move_type",
        "partner_id",
    ),
    "account.move.line": (
        "account_id",
        "amount_residual",
        "company_id",
        "debit",
        "move_id",
        "parent_state",
        "partner_id",
        "reconciled",
    ),
    "aftersales.dunning.hold": (
        "company_id",
        "held_company",
        "kept_item_ids",
        "move_id",
        "part_state",
        "partner_id",
        "resume_on",
        "scope",
        "state",
    ),
    "res.company": ("parent_path",),
    "res.partner": ("is_company", "parent_id"),
}


class AftersalesDunningHold(models.Model):
    """How much money each hold keeps from being dunned: every euro once.

    A hold on an invoice holds its part of it, also after its end while that waits for
    its date. What is left of the open items of a customer is held by the first hold on
    him as a whole; else, likewise, by the ended one whose date is the last. In booked
    value: what the open items stand at in the company's books. The database computes it,
    so that pivot, graph, groups and the customer's button add up to the same.
    """

    _inherit = "aftersales.dunning.hold"

    held_now = fields.Monetary(
        compute="_compute_held_now",
        search="_search_held_now",
        compute_sudo=True,
        currency_field="company_currency_id",
        groups=MONEY_READERS,
        help="What is not dunned at the moment because of this hold, in the company's"
        " currency: also of a hold that ended while the invoice waits for its date.",
    )
    held_at_end = fields.Monetary(
        "Held at the End",
        compute="_compute_held_at_end",
        store=True,
        currency_field="company_currency_id",
        groups=MONEY_READERS,
        help="What this hold kept from being dunned before it ended, in the company's"
        " currency.",
    )

    @api.depends("state", "held_company", "part_state")
    def _compute_held_now(self):
        query = self._search([("id", "in", self._origin.ids)], active_test=False)
        rows = self.env.execute_query(
            query.select(
                SQL.identifier(self._table, "id"),
                self._field_to_sql(self._table, "held_now", query),
            )
        )
        found = {key: float(amount) for key, amount in rows}
        for hold in self:
            hold.held_now = found.get(hold._origin.id, 0)

    def _search_held_now(self, operator, value):
        if operator not in (">", "<", ">=", "<="):
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s %s %s",
                model._field_to_sql(alias, "held_now", query),
                SQL(operator),
                value,
            )
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "held_now":
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields["held_now"], "read")

        # One object for the whole query, whatever the number of its rows.
        beside = SQL(
            """(SELECT jsonb_object_agg(beside.hold_id, beside.amount)
                  FROM (%s) AS beside)""",
            money_beside(fields.Date.context_today(self)),
            to_flush=[
                self.env[model]._fields[name]
                for model, names in READ.items()
                for name in names
            ],
        )
        return SQL(
            """
            CASE WHEN %(hold)s.scope <> 'customer'
                 THEN COALESCE(%(hold)s.held_company, 0)
                 WHEN %(hold)s.state = 'active' OR %(hold)s.part_state = 'waiting'
                 THEN COALESCE((%(beside)s ->> %(hold)s.id::text)::numeric, 0)
                 ELSE 0 END
            """,
            hold=SQL.identifier(alias),
            beside=beside,
        )

    @api.depends("state", "held_company")
    def _compute_held_at_end(self):
        """Keep the last that was held: what ends a hold often leaves nothing open."""
        for hold in self:
            if hold.state == HOLD_ACTIVE and hold.held_company:
                hold.held_at_end = hold.held_company
            else:
                hold.held_at_end = hold.held_at_end

    def _keep_what_customers_held(self):
        """Write down what active holds on whole customers hold, before they end."""
        for hold in self:
            if hold.state == HOLD_ACTIVE and hold.scope == SCOPE_CUSTOMER:
                hold.held_at_end = hold.held_now

    @api.model
    def _get_money_domain(self, partners):
        """Return the domain of the holds on what these commercial entities owe."""
        return Domain("partner_id.commercial_partner_id", "in", partners.ids) & Domain(
            "company_id", "=", self.env.company.id
        )
