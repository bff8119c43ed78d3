"""What `setup/bench planning` runs in an Odoo shell to measure years of visits.

`measure(env, few, many)` makes so many visits by SQL copies of a few real ones, a
thousand for each working day of 200 technicians, the last of them at the end of next
week. Lane, board and booking are measured with few of them and with all.
"""

import re
from datetime import UTC, datetime, timedelta

from bench_times import analyze, measure_work

TECHNICIANS = 200
SHOWN = 30  # of them are on the board
A_DAY = 5  # visits of each technician
STARTS = (8, 9.5, 11, 13.5, 15)  # o'clock, of an hour each
FREE = 16  # o'clock, when nobody has a visit
WORKDAYS = 5  # a week
A_CASE = 2  # visits
ORIGINS = 20  # real ones, from which the others are copied
WAITING = 2000  # visits to plan
ASKED = 200  # open cases without a visit
TURNS = 8
VISITS, CREW = "aftersales_visit", "aftersales_visit_crew"


def measure(env, few, many):
    """Print a line for each figure."""
    # PostgreSQL's helpers are processes of their own, whose time nobody counts.
    env.cr.execute("SET max_parallel_workers_per_gather = 0")
    planner = _make_planner(env)
    crew = _make_technicians(env)
    origins = _make_origins(env, planner, crew)
    friday = _get_last_day()
    _copy_waiting(env, origins)
    found = {}
    for first, last in ((1, few), (few + 1, many)):
        _copy_booked(env, origins, crew, friday, first, last)
        analyze(env)
        found[last] = _measure_all(env(user=planner.id), crew, friday)
    for what, one in found[many].items():
        base = found[few][what]
        _say(
            f"{what}, {many} visits: {1000 * one['cpu']:.0f} ms of CPU (Python"
            f" {1000 * one['python']:.0f}, PostgreSQL {1000 * one['server']:.0f}) and"
            f" {one['queries']:.0f} queries; {few} visits: {1000 * base['cpu']:.0f} ms"
            f" and {base['queries']:.0f}; ratio {one['cpu'] / base['cpu']:.2f}; found by"
            f" {', '.join(one['ways'])}"
        )


# === What there is === #


def _make_planner(env):
    """Return a leader of a team, who plans its visits."""
    from odoo.fields import Command

    planner = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": "Planner",
                "login": "bench_planner",
                "tz": "UTC",
                "group_ids": [
                    Command.set(env.ref("aftersales_case.group_aftersales_leader").ids)
                ],
            }
        )
    )
    env["aftersales.team"].create({"name": "Bench", "leader_id": planner.id})
    return planner


def _make_technicians(env):
    """Return ``resource.resource`` of employees with a user, who work by UTC."""
    from odoo.fields import Command

    calendar = env.company.resource_calendar_id
    calendar.tz = "UTC"
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "name": f"Technician {number}",
                    "login": f"bench_technician_{number}",
                    "group_ids": [Command.set(env.ref("base.group_user").ids)],
                }
                for number in range(TECHNICIANS)
            ]
        )
    )
    employees = env["hr.employee"].create(
        [
            {
                "name": user.name,
                "user_id": user.id,
                "resource_calendar_id": calendar.id,
                "tz": "UTC",
            }
            for user in users
        ]
    )
    crew = employees.resource_id
    # The others have left since: rows of the board are those who go on visits.
    crew[:SHOWN].does_visits = True
    env.cr.commit()
    return crew


def _make_origins(env, planner, crew):
    """Return real visits and cases of each kind: planned, done, to plan, without."""
    team = env["aftersales.team"].search([("leader_id", "=", planner.id)])
    bare = env.ref("aftersales_case.type_complaint").copy(
        {
            "code": "BENCH",
            "company_id": env.company.id,
            "team_id": team.id,
            "activity_plan_id": False,
        }
    )
    customers = env["res.partner"].create(
        [
            {"name": f"Customer {number}", "is_company": True, "phone": "+31207940000"}
            for number in range(ORIGINS)
        ]
    )
    sites = env["aftersales.site"].create(
        [{"partner_id": customer.id} for customer in customers]
    )
    cases = {
        kind: env["aftersales.case"].create(
            [
                {
                    "name": f"Bench {kind} {number}",
                    "type_id": bare.id,
                    "partner_id": customer.id,
                    "site_id": customer.id,
                    "team_id": team.id,
                }
                for number, customer in enumerate(customers)
            ]
        )
        for kind in ("planned", "done", "to_plan", "none")
    }
    visits = {
        kind: env["aftersales.visit"].create(
            [
                {"case_id": case.id, "site_id": site.id, "duration": 1}
                for case, site in zip(cases[kind], sites, strict=True)
            ]
        )
        for kind in ("planned", "done", "to_plan")
    }
    _book(visits["planned"], crew, timedelta(days=60))
    _book(visits["done"], crew, timedelta(days=61))
    visits["done"]._enter("done")
    env.cr.commit()
    assert set(visits["done"].mapped("state")) == {"done"}
    return {"cases": cases, "visits": visits}


def _book(visits, crew, ahead):
    """Put each visit on the day of another technician."""
    from odoo.addons.aftersales_planning.models.visit.aftersales_visit_book import (
        Booking,
    )

    start = datetime.now(UTC).replace(tzinfo=None, hour=9, minute=0, second=0)
    start = start.replace(microsecond=0) + ahead
    visits._book(
        [
            Booking(visit, start, start + timedelta(hours=1), one)
            for visit, one in zip(visits, crew, strict=False)
        ]
    )


def _get_last_day():
    """Return the midnight with which the Friday of next week begins."""
    today = datetime.now(UTC).replace(tzinfo=None, hour=0, minute=0, second=0)
    return today.replace(microsecond=0) + timedelta(days=11 - today.weekday())


def _copy_waiting(env, origins):
    """Copy visits to plan, and open cases without a visit."""
    for kind, count in (("to_plan", WAITING), ("none", ASKED)):
        _copy(
            env,
            origins,
            kind,
            f"SELECT n, n AS case_n, 1 AS number FROM generate_series(1, {count}) AS n",
        )


def _copy_booked(env, origins, crew, friday, first, last):
    """Copy visits with crew and calendar: the n-th of all, back from a Friday."""
    day = TECHNICIANS * A_DAY
    today = datetime.now(UTC).replace(tzinfo=None)
    ahead = [friday - timedelta(days=number) for number in range(14)]
    ahead = [one for one in ahead if one > today and one.weekday() < WORKDAYS]
    split = len(ahead) * day
    numbers = f"""
        SELECT n, (n + 1) / {A_CASE} AS case_n, {A_CASE} - mod(n, {A_CASE}) AS number,
               (%(crew)s)[1 + mod(n - 1, {day}) / {A_DAY}] AS resource,
               (%(partners)s)[1 + mod(n - 1, {day}) / {A_DAY}] AS partner,
               %(friday)s - (n - 1) / {day} / {WORKDAYS} * interval '7 days'
               - mod((n - 1) / {day}, {WORKDAYS}) * interval '1 day'
               + (%(minutes)s)[1 + mod(n - 1, {A_DAY})] * interval '1 minute' AS start
          FROM generate_series(%(begin)s, %(end)s) AS n
    """
    for kind, begin, end in (
        ("planned", first, min(last, split)),
        ("done", max(first, split + 1), last),
    ):
        if begin <= end:
            _copy(
                env,
                origins,
                kind,
                numbers,
                begin=begin,
                end=end,
                crew=crew.ids,
                partners=[one.user_id.partner_id.id for one in crew],
                friday=friday,
                minutes=[round(60 * hour) for hour in STARTS],
            )


def _copy(env, origins, kind, numbers, **values):
    """Copy cases of a kind with their visits, crew and entries of the calendar.

    :param numbers: SQL text of a number for each, its case, and when and by whom
    """
    from odoo.addons.aftersales_case.tests.copies import copy_rows

    cr = env.cr
    cases = origins["cases"][kind]
    visits = origins["visits"].get(kind)
    cr.execute(
        "CREATE TEMPORARY TABLE copied AS SELECT s.*,"
        " (SELECT max(id) FROM aftersales_case) + 1 + s.case_n"
        " - min(s.case_n) OVER () AS case_id,"
        " (SELECT max(id) FROM aftersales_visit) + row_number() OVER () AS visit_id,"
        " (SELECT max(id) FROM calendar_event) + row_number() OVER () AS event_id,"
        f" (%(cases)s)[1 + mod(s.case_n, {ORIGINS})] AS case_origin,"
        f" (%(visits)s)[1 + mod(s.case_n, {ORIGINS})] AS visit_origin"
        f" FROM ({numbers}) AS s",
        {**values, "cases": cases.ids, "visits": visits.ids if visits else [0]},
    )
    closed = env.ref("aftersales_case.stage_solved")
    over = {"stage_id": str(closed.id), "state": f"'{closed.state}'"}
    copies = [
        (
            "aftersales_case",
            "c.number = 1 AND o.id = c.case_origin",
            {"id": "c.case_id", "number": "o.number || '-' || c.case_id"}
            | (over if kind == "done" else {}),
        )
    ]
    if visits:
        copies.append((VISITS, "o.id = c.visit_origin", _prepare_visit(kind)))
    if kind in ("planned", "done"):
        copies += _prepare_calendar()
    for table, condition, changed in copies:
        copy_rows(env, table, changed, "copied c", condition)
        if "id" in changed:
            cr.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'),"
                f" (SELECT max(id) FROM {table}))",
                [table],
            )
    cr.execute("DROP TABLE copied")
    env.cr.commit()
    env.invalidate_all()


def _prepare_visit(kind):
    """Return what differs in the copy of a visit."""
    common = {
        "id": "c.visit_id",
        "case_id": "c.case_id",
        "number": "c.number",
        "name": "o.name || '-' || c.n",
    }
    if kind == "to_plan":
        # Two in three are late.
        return common | {
            "latest": "now() AT TIME ZONE 'UTC' + (c.n - 1300) * interval '1 hour'"
        }
    return common | {
        "start": "c.start",
        "stop": "c.start + interval '1 hour'",
        "latest": "c.start + interval '1 day'",
        "lead_id": "c.resource",
    }


def _prepare_calendar():
    """Return tables with what differs in the copies of their rows of a booked visit."""
    event = "(SELECT id FROM calendar_event WHERE visit_id = c.visit_origin)"
    span = {"start": "c.start", "stop": "c.start + interval '1 hour'"}
    return [
        (
            CREW,
            "o.visit_id = c.visit_origin",
            {
                **span,
                "id": "nextval('aftersales_visit_crew_id_seq')",
                "visit_id": "c.visit_id",
                "case_id": "c.case_id",
                "resource_id": "c.resource",
            },
        ),
        (
            "calendar_event",
            "o.visit_id = c.visit_origin",
            {**span, "id": "c.event_id", "visit_id": "c.visit_id"},
        ),
        (
            "calendar_attendee",
            f"o.event_id = {event}",
            {
                "id": "nextval('calendar_attendee_id_seq')",
                "event_id": "c.event_id",
                "partner_id": "c.partner",
                "access_token": "NULL",
            },
        ),
        (
            "calendar_event_res_partner_rel",
            f"o.calendar_event_id = {event}",
            {"calendar_event_id": "c.event_id", "res_partner_id": "c.partner"},
        ),
    ]


# === What planners do === #


def _measure_all(env, crew, friday):
    """Return ``{what: figures}`` of what a planner does, and how rows are found."""
    visits = env["aftersales.visit"]
    monday = friday - timedelta(days=4)
    week = [str(monday), str(monday + timedelta(days=7))]
    mine = [("lead_id", "in", crew[:SHOWN].ids)]
    waiting = visits.search([("state", "=", "to_plan")], limit=SHOWN, order="id")
    moves = iter(_prepare_moves(waiting, crew, monday))
    found, done = {}, []

    def book():
        done.append(visits.plan_move([next(moves)], "Bench"))
        assert done[-1]["done"], done[-1]

    for what, action in (
        ("lane, its first hundred", lambda: visits.get_lane([], "lead_id")),
        (
            f"board, a week of {SHOWN} technicians",
            lambda: visits.get_board(mine, "lead_id", *week),
        ),
        ("booking one visit", book),
    ):
        found[what] = _repeat(env, action)
        found[what]["ways"] = _get_ways(env, action)
    visits.plan_move([move for one in done for move in one["before"]], "Bench")
    env.cr.commit()
    return found


def _prepare_moves(visits, crew, monday):
    """Return moves of visits to free hours of the week, each of another technician."""
    start = monday + timedelta(days=2, hours=FREE)
    return [
        {
            "id": visit.id,
            "revision": visit.revision,
            "start": str(start),
            "stop": str(start + timedelta(hours=1)),
            "resource_ids": one.ids,
        }
        for visit, one in zip(visits, crew[:SHOWN], strict=True)
    ]


def _repeat(env, action):
    """Return what an action takes, with nothing read before it."""

    def work():
        for _turn in range(TURNS):
            env.invalidate_all()
            action()
            env.cr.commit()

    # What is looked up once in the life of a process is known.
    env.invalidate_all()
    action()
    return {name: value / TURNS for name, value in measure_work(env, work).items()}


def _get_ways(env, action):
    """Return by which indexes an action finds visits and crew."""
    from odoo.tools import SQL

    from odoo.addons.aftersales_planning.tests.plans import reading

    env.invalidate_all()
    with reading() as read:
        action()
    ways = set()
    for text in read:
        query = SQL("EXPLAIN %s", SQL(text.replace("%", "%%")))
        plan = "\n".join(row for (row,) in env.execute_query(query))
        ways |= set(
            re.findall(rf"(?:using|Index Scan on) ({VISITS}\w+)", plan)
            + re.findall(rf"Seq Scan on (?:{VISITS}|{CREW})\b", plan)
        )
    return sorted(ways)


def _say(line):
    print("PLANNING", line, flush=True)
