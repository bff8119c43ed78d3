import logging

from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Numbers beyond these now are refused: (table, column, smallest, largest).
BOUNDS = (
    ("aftersales_type_stage", "max_hours", 0, 87600),
    ("aftersales_case_type", "max_days_open", 0, 3650),
    ("aftersales_case_type", "changes_days", 0, 3650),
    ("aftersales_case_type", "max_changes", 0, 1000),
    ("aftersales_stage_requirement", "minimum", 1, 100),
)


def migrate(cr, version):
    """Prepare a database for what 19.0.1.1.0 holds it to."""
    if not version:
        return
    _number_doubles(cr)
    for table, column, smallest, largest in BOUNDS:
        _bring_within(cr, table, column, smallest, largest)


def _number_doubles(cr):
    """Give cases of one company that share a number a suffix; the oldest keeps it."""
    cr.execute(
        "SELECT id, company_id, number, rank FROM (SELECT id, company_id, number,"
        " row_number() OVER (PARTITION BY company_id, number ORDER BY id) AS rank"
        " FROM aftersales_case) AS numbered WHERE rank > 1 ORDER BY id"
    )
    for case_id, company_id, number, rank in cr.fetchall():
        new = f"{number}-{rank}"
        while _is_taken(cr, company_id, new):
            rank += 1
            new = f"{number}-{rank}"
        cr.execute(
            "UPDATE aftersales_case SET number = %s WHERE id = %s", (new, case_id)
        )
        _logger.info("Case %s had the number %s twice: it is %s", case_id, number, new)


def _is_taken(cr, company_id, number):
    cr.execute(
        "SELECT 1 FROM aftersales_case WHERE company_id = %s AND number = %s",
        (company_id, number),
    )
    return bool(cr.fetchone())


def _bring_within(cr, table, column, smallest, largest):
    """Bring settings that no calendar can follow to the nearest that it can."""
    cr.execute(
        SQL(
            "UPDATE %(table)s SET %(column)s = LEAST(GREATEST(%(column)s, %(least)s),"
            " %(most)s) WHERE %(column)s NOT BETWEEN %(least)s AND %(most)s"
            " RETURNING id",
            table=SQL.identifier(table),
            column=SQL.identifier(column),
            least=smallest,
            most=largest,
        )
    )
    if changed := [row_id for (row_id,) in cr.fetchall()]:
        _logger.info("%s.%s was out of bounds in %s", table, column, changed)
