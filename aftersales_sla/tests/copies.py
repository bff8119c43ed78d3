"""Cases by the thousand, copied by SQL: for a test, `setup/bench sla` and `setup/kill`."""

from odoo.tools import SQL

# What else differs in the copy of a row, by what happened how long ago.
MOMENTS = {
    "aftersales_case": ("reported_at",),
    "aftersales_case_event": ("at", "reported_at"),
    "aftersales_sla_clock": ("start_at", "due_at", "warn_at", "next_at"),
}


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


def count_on(env):
    """Let the next case have the number after those that were copied."""
    env.cr.execute(
        "SELECT setval('aftersales_case_id_seq', (SELECT max(id) FROM aftersales_case))"
    )
    env.invalidate_all()


def copy_case(env, case, count, earlier="0", **changed):
    """Copy a case ``count`` times, with its history and its clocks; return the copies.

    :param earlier: SQL text of an interval: it all happened so long before
    :param changed: SQL texts of other columns of the copies, the n-th of which is ``n``
    """
    env.flush_all()
    [[last]] = env.execute_query(SQL("SELECT max(id) FROM aftersales_case"))
    for table, names in MOMENTS.items():
        moments = {name: f"o.{name} - interval '{earlier}'" for name in names}
        if table == "aftersales_case":
            link, own = "id", {"number": "o.number || '-' || n", **changed}
        else:
            link, own = "case_id", {"id": f"nextval('{table}_id_seq')"}
        copy_rows(
            env,
            table,
            {**moments, **own, link: f"{last} + n"},
            f"generate_series(1, {count}) AS n",
            f"o.{link} = {case.id} ORDER BY n, o.id",
        )
    count_on(env)
    return case.browse(range(last + 1, last + count + 1))
