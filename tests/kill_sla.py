"""What `setup/kill` runs in an Odoo shell: two workers on the clocks, killed at random.

Each round two processes do the scheduled jobs of ``JOBS`` at the same time, as the
scheduler of two servers would, and are killed (``kill -9``) somewhere in their work.
Afterwards everything that was due must have been done once. Whoever adds a job to the
clocks adds it to ``JOBS``, and what must not be there then to ``FAULTS``.
"""

import os
import random
import signal
import time

COPIES = 2999
WORKERS = 2
MOST_SECONDS = 3
MOST_ROUNDS = 200
# (model, method) of scheduled jobs, in their order.
JOBS = [("aftersales.case", "_cron_clocks")]
# What is left to do; rounds go on until there is nothing.
LEFT = "SELECT count(*) FROM aftersales_sla_clock WHERE next_at <= now() AT TIME ZONE 'UTC'"
# What there must be none of in the end.
FAULTS = {
    "clocks that are overdue and not missed": """
        SELECT count(*) FROM aftersales_sla_clock
         WHERE state = 'running' AND due_at < now() AT TIME ZONE 'UTC'""",
    "missed clocks without an event": """
        SELECT count(*) FROM aftersales_sla_clock c
         WHERE state = 'breached' AND NOT EXISTS (
               SELECT FROM aftersales_case_event e
                WHERE e.case_id = c.case_id AND e.kind = 'sla_breach'
                  AND e.to_id = c.target_id AND e.key = c.cycle::text)""",
    "misses that were told twice": """
        SELECT count(*) FROM (
               SELECT FROM aftersales_case_event WHERE kind = 'sla_breach'
                GROUP BY case_id, to_id, key HAVING count(*) > 1) AS twice""",
    "misses of clocks that were not missed": """
        SELECT count(*) FROM aftersales_case_event e
         WHERE kind = 'sla_breach' AND NOT EXISTS (
               SELECT FROM aftersales_sla_clock c
                WHERE c.case_id = e.case_id AND c.state = 'breached'
                  AND c.target_id = e.to_id AND c.cycle::text = e.key)""",
    "clocks that are marked": "SELECT count(*) FROM aftersales_sla_clock WHERE is_marked",
}


def run(env, seed):
    """Kill workers until all is done; print what was found."""
    random.seed(seed)
    _prepare(env)
    env.cr.commit()
    due = _count(env, LEFT)
    kills, rounds = 0, 0
    while _count(env, LEFT) and rounds < MOST_ROUNDS:
        rounds += 1
        kills += _run_round(env)
    faults = {
        what: found for what, sql in FAULTS.items() if (found := _count(env, sql))
    }
    missed = "SELECT count(*) FROM aftersales_sla_clock WHERE state = 'breached'"
    print("KILLED", kills, rounds, due, _count(env, missed), _count(env, LEFT))
    print("FAULTS", faults or "none")


def _prepare(env):
    """Make cases whose clocks ran out while nobody looked."""
    from odoo.fields import Command

    case_type = env.ref("aftersales_case.type_complaint").copy(
        {"code": "KILL", "activity_plan_id": False}
    )
    env["aftersales.sla.policy"].create(
        {
            "name": "Kill",
            "calendar_id": False,
            "target_ids": [
                Command.create({"metric": metric, "quantity": 24})
                for metric in ("response", "resolved")
            ],
        }
    )
    case = env["aftersales.case"].create({"name": "Kill", "type_id": case_type.id})
    case._flush_clocks()
    env.flush_all()
    base = case.id
    for table, changed in (
        (
            "aftersales_case",
            {"id": "o.id + n", "number": "o.number || '-' || n"},
        ),
        (
            "aftersales_case_event",
            {
                "id": "nextval('aftersales_case_event_id_seq')",
                "case_id": "o.case_id + n",
                "at": "o.at - interval '3 days'",
            },
        ),
        (
            "aftersales_sla_clock",
            {
                "id": "nextval('aftersales_sla_clock_id_seq')",
                "case_id": "o.case_id + n",
                "start_at": "o.start_at - interval '3 days'",
                "due_at": "o.due_at - interval '3 days'",
                "next_at": "o.next_at - interval '3 days'",
            },
        ),
    ):
        changed |= {"reported_at": "o.reported_at - interval '3 days'"}
        env.cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s",
            [table],
        )
        names = [name for (name,) in env.cr.fetchall()]
        columns = ", ".join(f'"{name}"' for name in names)
        values = ", ".join(changed.get(name, f'o."{name}"') for name in names)
        link = "id" if table == "aftersales_case" else "case_id"
        env.cr.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values}"
            f" FROM {table} o, generate_series(1, {COPIES}) AS n"
            f" WHERE o.{link} = {base} ORDER BY n, o.id"
        )
    env.cr.execute(
        "SELECT setval('aftersales_case_id_seq', (SELECT max(id) FROM aftersales_case))"
    )
    env.invalidate_all()


def _run_round(env):
    """Let two workers begin, and kill each after a while; return how many were killed."""
    workers = [_start(env) for _number in range(WORKERS)]
    killed = 0
    for pid in workers:
        time.sleep(random.uniform(0, MOST_SECONDS))
        os.kill(pid, signal.SIGKILL)
    for pid in workers:
        _pid, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            killed += 1
        elif status:
            raise AssertionError(f"a worker failed: {status}")
    return killed


def _start(env):
    """Start a process that does the jobs once; return its id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        from odoo.api import Environment

        _use_own_connections(env)
        with env.registry.cursor() as cr:
            own = Environment(cr, env.uid, {})
            for model, method in JOBS:
                getattr(own[model], method)()
                cr.commit()
        code = 0
    except BaseException as error:
        print("WORKER", repr(error), flush=True)
    finally:
        os._exit(code)


def _use_own_connections(env):
    """Open new ones: two processes cannot speak through the same."""
    import odoo.sql_db

    # Those of the shell are kept: what is dropped would say goodbye for it.
    env.kept = odoo.sql_db._Pool
    odoo.sql_db._Pool = None
    env.registry._db = odoo.sql_db.db_connect(env.cr.dbname)


def _count(env, sql):
    """Return a number as it is by now."""
    env.cr.rollback()
    env.cr.execute(sql)
    return env.cr.fetchone()[0]
