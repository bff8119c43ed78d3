"""What `setup/bench sla` runs in Odoo shells to measure the clocks of cases.

`plain(env)` counts queries without the SLA addon; `measure(env, size, rounds, plain)`
does so with it, and has all clocks replayed after a change of working hours, in turns
with a bare UPDATE of as many rows; `other(env, count)` has OCA's `helpdesk_mgmt_sla` do
its part. Times are CPU seconds of Python and of the PostgreSQL process that works for it.
"""

import re
import time
from datetime import timedelta
from statistics import median

from bench_times import measure_work

ORIGINS = 100  # cases with a real history, from which the others are copied
CLOCKS = 2  # open ones of each copied case
SAVED = (1, 80)
CARDS = 80
STEP = 20  # minutes between two events of a copied case


def plain(env):
    """Print the queries of saving one and many cases, and of a board, without SLA."""
    _make_cases(env, max(SAVED) + 1)
    print("PLAIN", *_count_saves(env), _count_board(env))


def measure(env, size, rounds, without, closed):
    """Print a line for each figure.

    :param size: number of open clocks
    :param without: what ``plain`` has printed
    :param closed: number of closed cases, which come last
    """
    _measure_queries(env, without)
    calendar = _make_clocks(env, size)
    _measure_change(env, calendar, size, rounds)
    _measure_list(env)
    _measure_what_if(env)
    _make_closed(env, closed)
    _measure_quiet(env)


def other(env, count):
    """Print what it takes OCA's addon to compute the deadlines of so many tickets."""
    calendar = env.company.resource_calendar_id
    team = env["helpdesk.ticket.team"].create(
        {"name": "Bench", "use_sla": True, "resource_calendar_id": calendar.id}
    )
    stages = env["helpdesk.ticket.stage"].search([("closed", "=", True)], limit=1)
    env["helpdesk.sla"].create({"name": "Bench", "hours": 40, "stage_id": stages.id})
    tickets = env["helpdesk.ticket"].create(
        [
            {"name": f"Bench {number}", "description": "Bench", "team_id": team.id}
            for number in range(count)
        ]
    )
    env.cr.commit()
    slas = tickets.ticket_sla_ids
    assert len(slas) == count, slas
    env.invalidate_all()
    env.add_to_compute(slas._fields["deadline"], slas)
    found = measure_work(env, env.flush_all)
    print("OTHER", count, found["cpu"], found["queries"])


# === Queries === #


def _measure_queries(env, without):
    one, many, board = without
    _make_policy(
        env,
        [
            {"metric": "response", "quantity": 4},
            {"metric": "assigned", "quantity": 4},
            {"metric": "resolved", "quantity": 40},
        ],
    )
    _make_cases(env, max(SAVED) + 1)
    with_one, with_many = _count_saves(env)
    _say(
        f"saving a case with three clocks: {with_one} queries, without the addon {one};"
        f" {max(SAVED)} cases: {with_many}, without {many}"
    )
    with_board = _count_board(env)
    _say(f"board of {CARDS} cards: {with_board} queries, without the addon {board}")
    env["aftersales.sla.policy"].search([]).action_archive()


def _count_saves(env):
    """Return the queries of moving one case, and many, to a waiting stage and back."""
    cases = env["aftersales.case"].search([], order="id desc", limit=max(SAVED) + 1)
    waiting = env.ref("aftersales_case.stage_wait_customer")
    progress = env.ref("aftersales_case.stage_progress")
    # What is looked up once in the life of a process is known.
    _save(env, cases, progress)
    return [
        _save(env, some, waiting) for some in (cases[: SAVED[0]], cases[SAVED[0] :])
    ]


def _save(env, cases, stage):
    env.invalidate_all()
    before = env.cr.sql_log_count
    cases.stage_id = stage
    env.cr.commit()
    return env.cr.sql_log_count - before


def _count_board(env):
    Case = env["aftersales.case"]
    fields = Case.get_views([(False, "kanban")])["models"]["aftersales.case"]["fields"]
    ids = Case.search([], limit=CARDS, order="id desc").ids
    counts = []
    for _turn in range(2):
        env.invalidate_all()
        before = env.cr.sql_log_count
        Case.web_search_read([("id", "in", ids)], {name: {} for name in fields})
        counts.append(env.cr.sql_log_count - before)
    return counts[-1]


# === What there is === #


def _make_cases(env, count):
    bare = env.ref("aftersales_case.type_complaint").copy(
        {"code": f"BENCH{count}{int(time.time())}", "activity_plan_id": False}
    )
    customer = env["res.partner"].create({"name": "Bench", "is_company": True})
    cases = env["aftersales.case"].create(
        [
            {"name": f"Bench {number}", "type_id": bare.id, "partner_id": customer.id}
            for number in range(count)
        ]
    )
    env.cr.commit()
    return cases


def _make_policy(env, targets, **vals):
    from odoo.fields import Command

    policy = env["aftersales.sla.policy"].create(
        {
            "name": "Bench",
            "calendar_id": env.company.resource_calendar_id.id,
            "target_ids": [Command.create(target) for target in targets],
            **vals,
        }
    )
    env.cr.commit()
    return policy


def _make_clocks(env, size):
    """Make as many open clocks as are asked for; return the hours they run by."""
    solved = env.ref("aftersales_case.stage_solved")
    cases = _make_cases(env, ORIGINS)
    policy = _make_policy(
        env,
        [
            {"metric": "resolved", "quantity": 900},
            {"metric": "reach", "stage_id": solved.id, "quantity": 900},
        ],
        type_id=cases.type_id.id,
    )
    for name in ("progress", "wait_customer", "progress"):
        cases.stage_id = env.ref(f"aftersales_case.stage_{name}")
        env.cr.commit()
    _copy_cases(env, cases, size // CLOCKS - ORIGINS)
    Case, last = env["aftersales.case"], 0
    while found := Case.search([("id", ">", last)], order="id", limit=1000):
        found._replay_clocks()
        env.cr.commit()
        env.invalidate_all()
        last = found[-1].id
    count = env["aftersales.sla.clock"].search_count(
        [("policy_id", "=", policy.id), ("state", "=", "running")]
    )
    assert count == size // CLOCKS * CLOCKS, count
    return policy.calendar_id


def _copy_cases(env, cases, count):
    """Copy cases and their history by SQL, each reported a little earlier.

    The steps of their history get some time between them, in which they waited.
    """
    from odoo.addons.aftersales_case.tests.copies import copy_rows
    from odoo.addons.aftersales_sla.tests.copies import count_on

    cr, ids = env.cr, cases.ids
    cr.execute("SELECT max(id) FROM aftersales_case")
    base = cr.fetchone()[0]
    cr.execute(
        "CREATE TEMPORARY TABLE copied AS"
        " SELECT %s + n AS id, (%s::int[])[1 + n %% %s] AS origin, n,"
        " make_interval(mins => 600 + n %% 3000) AS earlier"
        " FROM generate_series(1, %s) AS n",
        [base, ids, len(ids), count],
    )
    for table, on, changed in (
        (
            "aftersales_case",
            "o.id",
            {
                "id": "c.id",
                "number": "o.number || '-' || c.n",
                "reported_at": "o.reported_at - c.earlier",
            },
        ),
        (
            "aftersales_case_event",
            "o.case_id",
            {
                "id": "nextval('aftersales_case_event_id_seq')",
                "case_id": "c.id",
                "at": "o.at - c.earlier + make_interval(mins => %d *"
                " (row_number() OVER (PARTITION BY c.id ORDER BY o.id))::int)" % STEP,
            },
        ),
    ):
        ordered = f"{on} = c.origin ORDER BY c.id, o.id"
        copy_rows(env, table, changed, "copied c", ordered)
    count_on(env)
    cr.execute("DROP TABLE copied")
    _vacuum(env)


def _make_closed(env, count):
    """Copy a case and its clock by SQL, so often, closed and met."""
    from odoo.addons.aftersales_case.tests.copies import copy_rows
    from odoo.addons.aftersales_sla.tests.copies import count_on

    case = env["aftersales.sla.clock"].search([], limit=1).case_id
    solved = env.ref("aftersales_case.stage_solved")
    first = "(SELECT max(id) FROM aftersales_case)"
    copy_rows(
        env,
        "aftersales_case",
        {
            "id": f"{first} + n",
            "number": "o.number || '-closed-' || n",
            "stage_id": str(solved.id),
            "state": f"'{solved.state}'",
        },
        f"generate_series(1, {count}) AS n",
        f"o.id = {case.id}",
    )
    copy_rows(
        env,
        "aftersales_sla_clock",
        {
            "id": "nextval('aftersales_sla_clock_id_seq')",
            "case_id": f"{first} - {count} + n",
            "state": "'met'",
            "ended_at": "o.start_at",
            "next_at": "NULL",
        },
        f"generate_series(1, {count}) AS n",
        f"o.id = (SELECT min(id) FROM aftersales_sla_clock WHERE case_id = {case.id})",
    )
    count_on(env)
    _vacuum(env)


def _vacuum(env):
    """Leave no dead rows of one turn to the next."""
    env.cr.commit()
    connection = env.cr._cnx
    connection.autocommit = True
    with connection.cursor() as cursor:
        for table in ("aftersales_case", "aftersales_case_event"):
            cursor.execute(f"ANALYZE {table}")
        cursor.execute("VACUUM ANALYZE aftersales_sla_clock")
    connection.autocommit = False


# === After a change === #


def _measure_change(env, calendar, size, rounds):
    """Change the hours and replay, in turns with an UPDATE of every row."""
    names = [
        name
        for name, field in env["aftersales.sla.clock"]._fields.items()
        if field.store and field.column_type and name != "id"
    ]
    sets = ", ".join(f'"{name}" = "{name}"' for name in names)
    hours = max(calendar.attendance_ids, key=lambda one: one.hour_to)
    found = {"replay": [], "update": []}
    for number in range(rounds):
        _vacuum(env)
        hours.hour_to += 0.5 if number % 2 else -0.5
        env.cr.commit()
        found["replay"].append(measure_work(env, env["aftersales.case"]._cron_clocks))
        left = env["aftersales.sla.clock"].search_count([("is_marked", "=", True)])
        assert not left, left
        _vacuum(env)
        found["update"].append(
            measure_work(
                env,
                lambda: env.cr.execute(
                    f"UPDATE aftersales_sla_clock SET {sets}"
                    " WHERE state IN ('running', 'paused')"
                ),
            )
        )
    ours, bare = (
        {name: median(turn[name] for turn in turns) for name in turns[0]}
        for turns in found.values()
    )
    _say(
        f"{size} open clocks after a change of hours: {ours['cpu']:.1f} s of CPU"
        f" (Python {ours['python']:.1f}, PostgreSQL {ours['server']:.1f}),"
        f" {ours['wall']:.0f} s on the wall, {ours['queries']:.0f} queries; bare UPDATE"
        f" {bare['cpu']:.2f} s, {bare['wall']:.1f} on the wall; ratio"
        f" {ours['cpu'] / bare['cpu']:.1f} (median of {rounds})"
    )
    print("OURS", ours["cpu"] / size)


def _measure_quiet(env):
    """Let the job look when nothing is due and nothing is marked; tell how it is found."""
    from odoo import fields
    from odoo.tools import SQL

    Case, Clock = env["aftersales.case"], env["aftersales.sla.clock"]
    # What is looked up once in the life of a process is known.
    Case._cron_clocks()
    env.invalidate_all()
    found = measure_work(env, Case._cron_clocks)
    count = Clock.search_count([])
    _say(
        f"a minute with nothing due, {Case.search_count([])} cases, {count} clocks, of"
        f" which {Clock.search_count([('ended_at', '=', False)])} are open:"
        f" {found['queries']} queries, {1000 * found['wall']:.0f} ms"
    )
    for what, domain in (
        ("due", [("next_at", "<=", fields.Datetime.now())]),
        ("marked", [("is_marked", "=", True)]),
    ):
        query = Clock._search(domain, limit=1).select()
        plan = "\n".join(row for (row,) in env.execute_query(SQL("EXPLAIN %s", query)))
        index = re.search(r"(\w[\w ]* Scan) (?:using|on) (\S+)", plan)
        _say(f"what is {what} is found by: {' of '.join(index.groups())}")


def _measure_list(env):
    """Read the first page of all open cases by what is due next."""
    Case = env["aftersales.case"]
    spec = {
        name: {}
        for name in Case.get_views([(False, "list")])["models"]["aftersales.case"][
            "fields"
        ]
    }
    domain = [("is_open", "=", True)]
    for order in ("next_due_at", "id"):
        times = []
        for _turn in range(3):
            env.invalidate_all()
            times.append(
                measure_work(
                    env,
                    lambda order=order: Case.web_search_read(
                        domain, spec, limit=80, order=order
                    ),
                )
            )
        _say(
            f"list of {Case.search_count(domain)} open cases by {order}, its first page:"
            f" {median(one['cpu'] for one in times):.2f} s of CPU,"
            f" {times[-1]['queries']} queries"
        )


def _measure_what_if(env):
    """Judge all cases that were copied by a policy that promises twice as much."""
    from odoo import fields
    from odoo.fields import Command

    policy = _make_policy(
        env,
        [
            {"metric": "resolved", "quantity": 16},
            {"metric": "response", "quantity": 2},
        ],
        active=False,
    )
    # Those that were copied: more than half a hundred thousand are refused.
    copied = env["aftersales.case"].search([], order="id desc", limit=1)
    scenario = env["aftersales.sla.scenario"].create(
        {
            "name": "Bench",
            "date_from": fields.Date.today() - timedelta(days=30),
            "date_to": fields.Date.today(),
            "type_id": copied.type_id.id,
            "draft": "policies",
            "policy_ids": [Command.set(policy.ids)],
        }
    )
    env.cr.commit()
    env.invalidate_all()
    found = measure_work(env, scenario.action_run)
    _say(
        f"what-if over {scenario.case_count} cases: {found['cpu']:.1f} s of CPU,"
        f" {found['queries']} queries, {scenario.missed_count} missed"
    )


def _say(line):
    print("SLA", line, flush=True)
