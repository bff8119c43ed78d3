"""What `setup/kill` runs in an Odoo shell: two workers on the clocks, killed at random.

Each round two processes do the scheduled jobs of ``JOBS`` at the same time, as the
scheduler of two servers would, and are killed (``kill -9``) somewhere in their work: while
clocks are missed, levels reached, people told, and mails handed to a real mail server.
Afterwards everything that was due must have been done once. Only a mail may have left
again, when its worker died after the server's answer: with the same Message-Id. Whoever
adds a job to the clocks adds it to ``JOBS``, and what must not be there then to ``FAULTS``.
"""

import contextlib
import os
import random
import signal
import time
import traceback

COPIES = 2999
# So many people share the cases: each is told of his in messages of his own.
PEOPLE = 60
WORKERS = 2
MOST_SECONDS = 3
# A worker that has done nothing at all lives so much longer the next time.
PATIENCE = 1.5
MOST_ROUNDS = 200
# (model, method, id of a job that Odoo runs by one worker at a time) in their order.
JOBS = [
    ("aftersales.case", "_cron_clocks", None),
    ("mail.mail", "process_email_queue", "mail.ir_cron_mail_scheduler_action"),
]
# What is left to do; rounds go on until there is nothing.
LEFT = """
    SELECT (SELECT count(*) FROM aftersales_sla_clock
             WHERE next_at <= now() AT TIME ZONE 'UTC')
         + (SELECT count(*) FROM aftersales_sla_alert WHERE state = 'waiting')
         + (SELECT count(*) FROM mail_mail WHERE state = 'outgoing')"""
# Messages that tell somebody of clocks, and the numbers of the cases in them.
MESSAGES = """
    SELECT m.id, m.message_id FROM mail_message m
     WHERE m.message_type = 'user_notification' AND m.body LIKE '%/odoo/cases/%'"""
NUMBERS = f"""
    SELECT told.number[1] AS number, m.id FROM mail_message m
      JOIN ({MESSAGES}) AS ours ON ours.id = m.id,
           regexp_matches(m.body, '/odoo/cases/([0-9]+)', 'g') AS told(number)"""
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
    "missed clocks of which nobody was told": """
        SELECT count(*) FROM aftersales_sla_clock c
          JOIN aftersales_case k ON k.id = c.case_id
          JOIN aftersales_escalation_level l ON l.target_id = c.target_id
         WHERE c.state = 'breached' AND NOT EXISTS (
               SELECT FROM aftersales_sla_alert a
                WHERE a.case_id = c.case_id AND a.target_id = c.target_id
                  AND a.user_id = k.user_id AND a.state = 'sent'
                  AND a.message_id IS NOT NULL)""",
    "alerts that are not sent": """
        SELECT count(*) FROM aftersales_sla_alert
         WHERE user_id IS NOT NULL AND state != 'sent'""",
    "messages of which no alert knows": f"""
        SELECT count(*) FROM ({MESSAGES}) AS ours WHERE NOT EXISTS (
               SELECT FROM aftersales_sla_alert a WHERE a.message_id = ours.id)""",
    "cases that were told of in two messages": f"""
        SELECT count(*) FROM (
               SELECT FROM ({NUMBERS}) AS told
                GROUP BY number HAVING count(DISTINCT id) > 1) AS twice""",
    "cases that were told of in no message": f"""
        SELECT count(DISTINCT case_id) FROM aftersales_sla_clock
         WHERE state = 'breached'
           AND case_id::text NOT IN (SELECT number FROM ({NUMBERS}) AS told)""",
    "mails that failed": "SELECT count(*) FROM mail_mail WHERE state = 'exception'",
    "clocks that are marked": "SELECT count(*) FROM aftersales_sla_clock WHERE is_marked",
}


def run(env, seed):
    """Kill workers until all is done; print what was found."""
    random.seed(seed)
    with _catching(env) as arrived:
        _prepare(env)
        env.cr.commit()
        due = _count(env, LEFT)
        kills, rounds, left, seconds = 0, 0, due, MOST_SECONDS
        while left and rounds < MOST_ROUNDS:
            rounds += 1
            kills += _run_round(env, seconds)
            before, left = left, _count(env, LEFT)
            if left == before:
                seconds *= PATIENCE
        ids = [message["Message-Id"] for _envelope, message in arrived]
    faults = {
        what: found for what, sql in FAULTS.items() if (found := _count(env, sql))
    }
    faults |= _compare_mails(env, ids, kills)
    missed = "SELECT count(*) FROM aftersales_sla_clock WHERE state = 'breached'"
    print("KILLED", kills, rounds, due, _count(env, missed), _count(env, LEFT))
    print("MAILED", len(set(ids)), len(ids) - len(set(ids)))
    print("FAULTS", faults or "none")


@contextlib.contextmanager
def _catching(env):
    """Let mails go to a server of ours; yield the list of what has arrived."""
    from odoo.addons.aftersales_case.tests.mail_servers import HOST, Exchange

    with Exchange("nowhere.example", None).running() as exchange:
        env["ir.mail_server"].create(
            {
                "name": "Catcher",
                "smtp_host": HOST,
                "smtp_port": exchange.port,
                "smtp_encryption": "none",
            }
        )
        yield exchange.delivered


def _compare_mails(env, ids, kills):
    """Return what is wrong with the mails that arrived, by their Message-Ids.

    Each kill may have one of them sent again, with the same one.
    """
    told, known, faults = {}, {}, {}
    for sql, found in (
        (f"SELECT message_id FROM ({MESSAGES}) AS ours", told),
        ("SELECT message_id FROM mail_message", known),
    ):
        env.cr.execute(sql)
        found |= dict.fromkeys(key for (key,) in env.cr.fetchall())
    if lost := told.keys() - set(ids):
        faults["mails that did not arrive"] = len(lost)
    if strange := set(ids) - known.keys():
        faults["mails of no message"] = len(strange)
    if len(ids) - len(set(ids)) > kills:
        faults["mails that arrived again without a kill"] = len(ids) - len(set(ids))
    return faults


def _prepare(env):
    """Make cases whose clocks ran out while nobody looked, and people to be told."""
    from odoo.fields import Command

    from odoo.addons.aftersales_sla.tests.copies import copy_case

    users = _hire(env)
    case_type = env.ref("aftersales_case.type_complaint").copy(
        {"code": "KILL", "activity_plan_id": False}
    )
    policy = env["aftersales.sla.policy"].create(
        {
            "name": "Kill",
            "calendar_id": False,
            "target_ids": [
                Command.create({"metric": metric, "quantity": 24})
                for metric in ("response", "resolved")
            ],
        }
    )
    env["aftersales.escalation.level"].create(
        {
            "target_id": policy.target_ids[-1].id,
            "percent": 100,
            "receiver_ids": [
                Command.create({"kind": "responsible", "channel": "email"})
            ],
        }
    )
    case = env["aftersales.case"].create(
        {"name": "Kill", "type_id": case_type.id, "user_id": users[0].id}
    )
    case._flush_clocks()
    env.flush_all()
    copy_case(
        env,
        case,
        COPIES,
        earlier="3 days",
        user_id=f"(ARRAY{users.ids})[1 + n % {PEOPLE}]",
    )


def _hire(env):
    """Return people who are at work day and night, with an address."""
    from odoo.addons.aftersales_sla.tests.common import new_day_and_night

    env.company.resource_calendar_id = new_day_and_night(env)
    group = env.ref("aftersales_case.group_aftersales_agent")
    users = env["res.users"].with_context(no_reset_password=True)
    return users.create(
        [
            {
                "name": f"Kill {number}",
                "login": f"kill-{number}",
                "email": f"kill-{number}@kill.example",
                "group_ids": group.ids,
            }
            for number in range(PEOPLE)
        ]
    )


def _run_round(env, seconds):
    """Let two workers begin, and kill each after a while; return how many were killed.

    :param seconds: how long each lives at most
    """
    workers = [_start(env) for _number in range(WORKERS)]
    killed = 0
    for pid in workers:
        time.sleep(random.uniform(0, seconds))
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
            for model, method, job in JOBS:
                with _alone(own, job) as is_mine:
                    if is_mine:
                        getattr(own[model], method)()
                cr.commit()
        code = 0
    except BaseException as error:
        print("WORKER", repr(error), flush=True)
        traceback.print_exc()
    finally:
        os._exit(code)


@contextlib.contextmanager
def _alone(env, job):
    """Hold the lock of a job, as the scheduler does; yield whether nobody else has it."""
    if not job:
        yield True
        return
    with env.registry.cursor() as cr:
        cr.execute(
            "SELECT FROM ir_cron WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED",
            [env.ref(job).id],
        )
        yield bool(cr.rowcount)


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
