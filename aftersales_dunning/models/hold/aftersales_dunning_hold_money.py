from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import HOLD_ACTIVE, SCOPE_CUSTOMER

READERS = (
    "account.group_account_invoice,account.group_account_readonly,"
    "account_credit_control.group_account_credit_control_info"
)
MONEY_TYPES = ("out_invoice", "out_receipt", "entry")


def covers(hold):
    """Say that a hold on a customer covers an open item.

    :param hold: alias of the hold; ``item`` is the open item, ``payer`` its customer
    """
    return SQL(
        """%(hold)s.scope = 'customer'
           AND %(hold)s.partner_id = payer.commercial_partner_id
           AND %(hold)s.company_id = item.company_id""",
        hold=hold,
    )


def is_first_on_customer(hold):
    """Say that a hold is the first of those that hold the customer as a whole."""
    return SQL(
        """%s AND NOT EXISTS (
            SELECT FROM aftersales_dunning_hold AS other
             WHERE other.state = 'active' AND other.id < %s.id AND %s)""",
        covers(hold),
        hold,
        covers(SQL.identifier("other")),
    )


def is_waited_for(hold, is_about, today):
    """Say that nothing but the date waits for which an ended hold asks the latest.

    :param is_about: that this hold is about the open item
    """
    return SQL(
        """%(is_about)s AND move.dunning_resume_on > %(today)s AND NOT EXISTS (
            SELECT FROM aftersales_dunning_hold AS other
             WHERE (other.state = 'active' AND %(covers)s)
                OR (other.state NOT IN ('requested', 'active')
                    AND (other.resume_on, %(hold)s.id) > (%(hold)s.resume_on, other.id)
                    AND (other.move_id = move.id OR %(covers)s)))""",
        is_about=is_about,
        today=today,
        hold=hold,
        covers=covers(SQL.identifier("other")),
    )


def open_value(condition):
    """Return what is open of the items of a condition, less what is held of them by holds
    on their invoices, in the books' currency."""
    return SQL(
        """
        SELECT COALESCE(sum(GREATEST(part.open - part.own, 0)), 0)
          FROM (
            SELECT sum(item.amount_residual) AS open,
                   (SELECT COALESCE(sum(own.held_company), 0)
                      FROM aftersales_dunning_hold AS own
                     WHERE own.move_id = item.move_id AND own.state = 'active'
                       AND own.scope <> 'customer') AS own
              FROM account_move_line AS item
              JOIN account_move AS move ON move.id = item.move_id
              JOIN account_account AS account ON account.id = item.account_id
              JOIN res_partner AS payer ON payer.id = item.partner_id
             WHERE account.account_type = 'asset_receivable'
               AND item.reconciled IS NOT TRUE
               AND item.parent_state = 'posted'
               AND item.amount_residual > 0
               AND move.move_type IN %s
               AND %s
          GROUP BY item.move_id
          ) AS part
        """,
        MONEY_TYPES,
        condition,
    )


READ = {
    "account.move": ("move_type", "dunning_resume_on"),
    "account.move.line": (
        "account_id",
        "amount_residual",
        "company_id",
        "move_id",
        "parent_state",
        "partner_id",
        "reconciled",
    ),
    "aftersales.dunning.hold": (
        "company_id",
        "held_company",
        "move_id",
        "partner_id",
        "resume_on",
        "scope",
        "state",
    ),
    "res.partner": ("commercial_partner_id",),
}


class AftersalesDunningHold(models.Model):
    """How much money each hold keeps from being dunned: every euro once.

    A hold on an invoice holds its part of it. What is left of the open items of a
    customer is held by the first hold on him as a whole; else, while it waits for its
    date, by the ended hold whose terms say so. In booked value: what the open items
    stand at in the company's books. The database computes it, so that pivot, graph,
    groups and the customer's button add up to the same.
    """

    _inherit = "aftersales.dunning.hold"

    held_now = fields.Monetary(
        compute="_compute_held_now",
        search="_search_held_now",
        compute_sudo=True,
        currency_field="company_currency_id",
        groups=READERS,
        help="What is not dunned at the moment because of this hold, in the company's"
        " currency: also of a hold that ended while the invoice waits for its date.",
    )
    held_at_end = fields.Monetary(
        compute="_compute_held_at_end",
        store=True,
        currency_field="company_currency_id",
        groups=READERS,
        help="What this hold kept from being dunned before it ended, in the company's"
        " currency.",
    )

    @api.depends("state", "held_company", "resume_on")
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

        hold = SQL.identifier(alias)
        today = fields.Date.context_today(self)
        of_invoice = SQL("move.id = %s.move_id", hold)
        return SQL(
            """
            CASE WHEN %(hold)s.state = 'active' AND %(hold)s.scope <> 'customer'
                 THEN COALESCE(%(hold)s.held_company, 0)
                 WHEN %(hold)s.state = 'active'
                 THEN (%(of_customer)s)
                 WHEN %(hold)s.state = 'requested'
                      OR COALESCE(%(hold)s.resume_on, %(today)s) <= %(today)s
                 THEN 0
                 WHEN %(hold)s.scope = 'customer'
                 THEN (%(customer_waits)s)
                 ELSE (%(invoice_waits)s) END
            """,
            hold=hold,
            today=today,
            of_customer=open_value(is_first_on_customer(hold)),
            customer_waits=open_value(is_waited_for(hold, covers(hold), today)),
            invoice_waits=SQL(
                "%s",
                open_value(is_waited_for(hold, of_invoice, today)),
                to_flush=[
                    self.env[model]._fields[name]
                    for model, names in READ.items()
                    for name in names
                ],
            ),
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
