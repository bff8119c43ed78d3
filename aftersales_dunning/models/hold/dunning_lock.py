"""The lock that keeps a hold and a reminder about the same invoice apart.

Odoo's transactions read as of their start, so a sender that asks again in its own
transaction does not see a hold that was committed meanwhile. A hold takes the lock of
its invoices for the rest of its transaction; a sender takes it shared, on a fresh
cursor, asks there, and keeps it until the mail is out. The sender only tries: it never
waits, so nothing can lock up, and what it skips the next run of the queue sends.

The hold waits, but not for ever: a mail server may be slow, and whoever asks for a hold
has a browser, a mailbox or a delivery waiting for him. What it cannot lock in time a job
holds as soon as the mail is out: see ``aftersales_dunning_backlog.py``.

PostgreSQL has room for some thousand locks of all its users together, so a transaction
takes few: one for each hold, that of the customer or of the invoice, all in one statement,
and of more holds than ``MOST`` the job makes the rest work.
"""

import time
from contextlib import contextmanager

from psycopg2.errors import DeadlockDetected, LockNotAvailable

from ...const import LOCK_INVOICE, LOCK_PARTNER

# How long a hold waits for a mail that is just leaving; a job, that keeps nobody waiting.
SECONDS = 5
SECONDS_OF_JOB = 30
# How many locks a transaction takes for holds.
MOST = 500

OWN = """
    SELECT classid::bigint AS space, objid::bigint AS id FROM pg_locks
     WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted
       AND mode = 'ExclusiveLock' AND objsubid = 2
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# Of each lock that is wanted and not held yet: whether it was free; null beyond the most.
TAKE = f"""
      WITH own AS MATERIALIZED ({OWN}),
           missing AS MATERIALIZED (
        SELECT space, id, row_number() OVER () + (SELECT count(*) FROM own) AS place
          FROM unnest(%s::int[], %s::int[]) AS asked (space, id)
         WHERE (space, id) NOT IN (SELECT space, id FROM own))
    SELECT space, id,
           CASE WHEN place <= %s THEN pg_try_advisory_xact_lock(space, id) END
      FROM missing
"""
SHARE = """
    SELECT space, id FROM unnest(%s::int[], %s::int[]) AS asked (space, id)
     WHERE NOT pg_try_advisory_xact_lock_shared(space, id)
"""


def lock_for_hold(cr, move_ids, partner_ids=(), seconds=None):
    """Lock invoices and customers until the end of the transaction; waits for senders.

    :param move_ids: ids of invoices
    :param partner_ids: ids of partners that are held as a whole
    :param seconds: how long to wait for all of them together
    :returns: set of ``(LOCK_INVOICE or LOCK_PARTNER, id)`` that were not free in time, or
        too many
    """
    wanted = _get_locks(move_ids, partner_ids)
    if not wanted:
        return set()
    deadline = time.monotonic() + (SECONDS if seconds is None else seconds)
    cr.execute(TAKE, (*_get_columns(wanted), MOST))
    return {
        (space, record_id)
        for space, record_id, is_free in cr.fetchall()
        if not is_free
        and (is_free is None or not _lock_until(cr, space, record_id, deadline))
    }


def _get_locks(move_ids, partner_ids):
    """Return the sorted locks of invoices and customers."""
    return sorted(
        {(LOCK_INVOICE, move_id) for move_id in move_ids}
        | {(LOCK_PARTNER, partner_id) for partner_id in partner_ids}
    )


def _get_columns(locks):
    return [space for space, _id in locks], [record_id for _space, record_id in locks]


def _lock_until(cr, space, record_id, deadline):
    left = deadline - time.monotonic()
    if left <= 0:
        return False
    try:
        with wait_at_most(cr, left):
            cr.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)",
                (space, record_id),
                log_exceptions=False,
            )
    except (LockNotAvailable, DeadlockDetected):
        return False
    return True


@contextmanager
def wait_at_most(cr, seconds, flush=False):
    """Let no statement of a block wait longer for a lock; what fails is rolled back.

    :param flush: whether the block uses the ORM
    """
    cr.execute("SELECT current_setting('lock_timeout')")
    before = cr.fetchone()[0]
    with cr.savepoint(flush=flush):
        milliseconds = str(max(int(seconds * 1000), 1))
        cr.execute("SELECT set_config('lock_timeout', %s, true)", (milliseconds,))
        yield
        if flush:
            cr.flush()
        cr.execute("SELECT set_config('lock_timeout', %s, true)", (before,))


@contextmanager
def lock_for_sending(env, move_ids, partner_ids=()):
    """Keep holds away from invoices while a reminder about them is sent.

    :param move_ids: ids of the invoices that the reminder names
    :param partner_ids: ids of their commercial partners
    :returns: yields a cursor that reads what is committed now, or None when a hold is
        just being made by somebody else
    """
    with env.registry.cursor() as cr:
        if not _is_test_cursor(cr):
            # Otherwise the snapshot would be older than the lock.
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        busy = _share(cr, _get_locks(move_ids, partner_ids))
        if busy:
            # Where the sender's own transaction made the hold it sees it.
            env.cr.execute(OWN)
            busy -= set(env.cr.fetchall())
        yield None if busy else cr


def keep_from_holds(cr, move_ids, partner_ids=()):
    """Keep holds away from invoices until the end of a transaction.

    :returns: whether that went well; False when a hold is just being made
    """
    return not _share(cr, _get_locks(move_ids, partner_ids))


def _share(cr, locks):
    """Take locks beside other senders; return those that a hold has."""
    if not locks:
        return set()
    cr.execute(SHARE, _get_columns(locks))
    return set(cr.fetchall())


def _is_test_cursor(cr):
    """Say whether a cursor shares the transaction of a test: its isolation is set."""
    return type(cr).__name__ == "TestCursor"
