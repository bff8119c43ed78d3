"""Rows by the thousand, copied by SQL: for tests of many and for `setup/bench`."""

from odoo.tools import SQL


def copy_rows(env, table, changed, source, condition):
    """Copy rows ``o`` of a table, with other values in some columns.

    :param changed: ``{column: SQL text of its value}``
    :param source: SQL text of what they are joined with
    :param condition: SQL text of which rows are copied, and in which order
    """
    names = [
        name
        for (name,) in env.execute_query(
            SQL(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND table_name = %s",
                table,
            )
        )
    ]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changed.get(name, f'o."{name}"') for name in names)
    env.cr.execute(
        f"INSERT INTO {table} ({columns}) SELECT {values}"
        f" FROM {source} JOIN {table} o ON {condition}"
    )
