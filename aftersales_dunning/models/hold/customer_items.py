"""Which items the customer-wide holds cover: said once, in SQL, for every gate and screen.

The customer of an open item is the partner on the item, since an entry may be about
several. A hold covers the items of its partner and of his contacts, down to those that are
companies themselves; the invoices that are addressed to them, whichever customer owes
them now; and what it covered before its customer changed. It works in its company and in
the branches of that.
"""

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

RUNNING = SQL("hold.state IN ('requested', 'active')")
STARTING = SQL("hold.state = 'requested' AND hold.waits_for = 'reminder'")

# What customers owe: of an invoice its instalments, else what stands in the debit.
IS_ITEM = SQL(
    """line.debit > 0
   AND line.account_id IN (
       SELECT id FROM account_account WHERE account_type = 'asset_receivable')"""
)

ITEMS = """
    WITH RECURSIVE member (hold_id, partner_id) AS (
        SELECT hold.id, hold.partner_id
          FROM aftersales_dunning_hold AS hold
         WHERE %(scope)s AND %(which)s
         UNION
        SELECT member.hold_id, contact.id
          FROM member
          JOIN res_partner AS contact ON contact.parent_id = member.partner_id
         WHERE contact.is_company IS NOT TRUE
    ), held (hold_id, partner_id, company_id) AS (
        SELECT member.hold_id, member.partner_id, branch.id
          FROM member
          JOIN aftersales_dunning_hold AS hold ON hold.id = member.hold_id
          JOIN res_company AS company ON company.id = hold.company_id
          JOIN res_company AS branch
            ON starts_with(branch.parent_path, company.parent_path)
    )
    SELECT held.hold_id, line.id AS line_id, line.move_id
      FROM held
      JOIN account_move_line AS line
        ON line.partner_id = held.partner_id AND line.company_id = held.company_id
      JOIN account_move AS move ON move.id = line.move_id
     WHERE %(item)s AND %(within)s
     UNION
    SELECT held.hold_id, line.id, line.move_id
      FROM held
      JOIN account_move AS move
        ON move.partner_id = held.partner_id AND move.company_id = held.company_id
       AND move.move_type IN ('out_invoice', 'out_receipt')
      JOIN res_partner AS addressee ON addressee.id = move.partner_id
      JOIN account_move_line AS line
        ON line.move_id = move.id
       AND line.partner_id IN (
           move.commercial_partner_id, addressee.commercial_partner_id)
     WHERE %(item)s AND %(within)s
     UNION
    SELECT kept.hold_id, line.id, line.move_id
      FROM aftersales_dunning_hold AS hold
      JOIN aftersales_dunning_kept_rel AS kept ON kept.hold_id = hold.id
      JOIN account_move_line AS line ON line.id = kept.line_id
      JOIN account_move AS move ON move.id = line.move_id
     WHERE %(scope)s AND %(which)s AND %(item)s AND %(within)s
"""


def covered_items(which, within=None, as_customers=False):
    """Return the query of what customer-wide holds cover: (hold_id, line_id, move_id).

    :param which: condition on ``hold``, such as ``ACTIVE``
    :param within: condition on ``line`` and ``move``, its move and the item; none for all
    :param as_customers: whether to take all of the holds for customer-wide ones
    """
    scope = SQL("true") if as_customers else SQL("hold.scope = 'customer'")
    within = within or SQL("true")
    return SQL(ITEMS, scope=scope, which=which, within=within, item=IS_ITEM)


def out_on(day):
    """Return the condition on ``hold``: it keeps what it covers from being dunned.

    :param day: a date, or an SQL expression
    """
    return SQL(
        "(hold.state = 'active'"
        " OR (hold.part_state = 'waiting' AND hold.resume_on > %s))",
        day,
    )


def covered_domain(name, column):
    """Return the domain of records that are held by customer today.

    :param name: the field that names what is covered
    :param column: what that is in ``covered_items``: ``line_id`` or ``move_id``
    """
    return Domain.custom(
        to_sql=lambda model, alias, query: SQL(
            "%s IN (SELECT item.%s FROM (%s) AS item)",
            model._field_to_sql(alias, name, query),
            SQL.identifier(column),
            covered_items(out_on(fields.Date.context_today(model))),
        )
    )
