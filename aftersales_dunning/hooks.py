from odoo.tools import SQL, drop_view_if_exists

from odoo.addons.account_credit_control.report.account_credit_control_analysis import (
    AccountCreditControlAnalysis,
)

# Columns of the table of entries, filled as for an invoice that nobody holds: computing
# them for every entry of a large database would take hours.
COLUMNS = (
    ("held_amount", "numeric", "0"),
    ("hold_state", "varchar", "'none'"),
)


def pre_init_hook(env):
    """Add the columns that say what is held, all at once."""
    for name, kind, default in COLUMNS:
        env.cr.execute(
            SQL(
                "ALTER TABLE account_move ADD COLUMN IF NOT EXISTS %s %s DEFAULT %s",
                SQL.identifier(name),
                SQL(kind),
                SQL(default),
            )
        )
        env.cr.execute(
            SQL(
                "ALTER TABLE account_move ALTER COLUMN %s DROP DEFAULT",
                SQL.identifier(name),
            )
        )


def post_init_hook(env):
    """Find the orders and invoices of cases that are open already."""
    cases = env["aftersales.case"]
    cases._look_for_slips_again()
    cases.search(cases._get_open_domain())._sync_goods()


def uninstall_hook(env):
    """Give the follow-up flags of held invoices back as they were found."""
    env["account.move"].search([("is_fully_held", "=", True)])._give_back_no_followup()
    env["ir.model.data"]._take_leave("aftersales_dunning")
    # Odoo leaves an index that we added to a field of another addon.
    env.cr.execute("DROP INDEX IF EXISTS sale_order__client_order_ref_index")
    # The view reads columns that go now, and would go with them.
    analysis = env["credit.control.analysis"]
    drop_view_if_exists(env.cr, analysis._table)
    env.cr.execute(AccountCreditControlAnalysis._get_sql_query(analysis))
