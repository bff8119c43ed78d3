from odoo import fields, models, tools
from odoo.tools import SQL

from ..models.hold.customer_items import covered_items, out_on

# What is held of the open instalments of a row of the view, in the company's currency.
# The hold lies on what is due last; see ``spread_due``.
HELD_OF_ROW = """
    SELECT sum(
        CASE WHEN line.is_stopped THEN line.residual
             WHEN line.residual_currency = 0 THEN 0
             ELSE line.residual * (
                 1 - GREATEST(LEAST(
                     line.residual_currency, line.total - line.held - line.earlier
                 ), 0) / line.residual_currency)
        END) AS held
      FROM (
        SELECT aml.id,
               m.held_amount AS held,
               (m.is_fully_held OR covered.line_id IS NOT NULL) AS is_stopped,
               aml.amount_residual AS residual,
               aml.amount_residual_currency AS residual_currency,
               sum(aml.amount_residual_currency) OVER (PARTITION BY m.id) AS total,
               COALESCE(sum(aml.amount_residual_currency) OVER (
                   PARTITION BY m.id ORDER BY aml.date_maturity, aml.id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS earlier
          FROM account_move AS m
          JOIN account_move_line AS aml ON aml.move_id = m.id
          JOIN account_account AS account ON account.id = aml.account_id
           AND account.account_type = 'asset_receivable'
     LEFT JOIN covered ON covered.line_id = aml.id
         WHERE NOT aml.reconciled AND m.state = 'posted'
           AND (m.hold_state <> 'none' OR covered.line_id IS NOT NULL)
           AND m.id IN (
            SELECT ccl.invoice_id FROM credit_control_line AS ccl
             WHERE ccl.commercial_partner_id = base.partner_id)
      ) AS line
     WHERE line.id IN (
        SELECT ccl.move_line_id FROM credit_control_line AS ccl
         WHERE ccl.commercial_partner_id = base.partner_id
           AND ccl.policy_id = base.policy_id
           AND ccl.currency_id IS NOT DISTINCT FROM base.currency_id)
"""


class CreditControlAnalysis(models.Model):
    """What is overdue less what is held, and what is held beside it."""

    _inherit = "credit.control.analysis"

    held_balance = fields.Float(
        "Held",
        readonly=True,
        help="What is open on these lines and not dunned, as it is held.",
    )
    open_balance = fields.Float(
        help="Open balance on credit control lines of same partner, policy and"
        " currency, less what is held.",
    )

    def _get_sql_query(self):
        out = out_on(SQL("CURRENT_DATE"))
        plain = super()._get_sql_query().split("AS", 1)[1]
        columns = ", ".join(
            f'base."{name}"'
            for name, field in self._fields.items()
            if field.store and name not in ("open_balance", "held_balance")
        )
        return f"""
            CREATE VIEW credit_control_analysis AS (
                WITH covered AS MATERIALIZED (
                    SELECT DISTINCT line_id FROM ({covered_items(out).code}) AS item)
                SELECT {columns},
                       base.open_balance - COALESCE(part.held, 0) AS open_balance,
                       COALESCE(part.held, 0) AS held_balance
                  FROM {plain} AS base
             LEFT JOIN LATERAL ({HELD_OF_ROW}) AS part ON true)
        """

    def init(self):
        """Make the view when the table of holds is there too."""
        if tools.sql.table_exists(self.env.cr, "aftersales_dunning_kept_rel"):
            return super().init()
        return self.pool.post_init(self.init)
