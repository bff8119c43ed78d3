"""Cases by the thousand, copied by SQL: for a test, `setup/bench sla` and `setup/kill`."""

from odoo.tools import SQL

from odoo.addons.aftersales_case.tests.copies import copy_rows

# What else differs in the copy of a row, by what happened how long ago.
MOMENTS = {
    "aftersales_case": ("reported_at",),
    "aftersales_case_event": ("at", "reported_at"),
    "aftersales_sla_clock": ("start_at", "due_at", "warn_at", "next_at"),
}


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
