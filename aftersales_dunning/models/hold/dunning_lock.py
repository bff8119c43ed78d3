"""The lock that keeps a hold and a reminder about the same invoice apart.

Odoo's transactions read as of their start, so a sender that asks again in its own
transaction does not see a hold that was committed meanwhile. A hold takes the lock of
its invoices for the rest of its transaction; a sender takes it shared, on a fresh
cursor, asks there, and keeps it until the mail is out. The sender only tries: it never
waits, so nothing can lock up, and what it skips the next run of the queue sends.

The hold waits, but not for ever: a mail server may be slow, and whoever asks for a hold
has a browser, a mailbox or a delivery waiting for him. What it cannot lock in time a job
holds as soon as the mail is out: see ``aftersales_dunning_backlog.py``.
"""

import time
from contextlib import contextmanager

from psycopg2.errors import DeadlockDetected, LockNotAvailable

from ...const import LOCK_INVOICE, LOCK_PARTNER

# How long a hold waits for a mail that is just leaving; a job, that keeps nobody waiting.
SECONDS = 5
SECONDS_OF_JOB = 30


def lock_for_hold(cr, move_ids, partner_ids=(), seconds=None):
    """Lock invoices and customers until the end of the transaction; waits for senders.

    :param move_ids: ids of invoices
    :param partner_ids: ids of commercial partners that are held as a whole
    :param seconds: how long to wait for all of them together
    :returns: set of ``(LOCK_INVOICE or LOCK_PARTNER, id)`` that were not free in time
    """
    deadline = time.monotonic() + (SECONDS if seconds is None else seconds)
    return {
        (space, record_id)
        for space, ids in ((LOCK_INVOICE, move_ids), (LOCK_PARTNER, partner_ids))
        for record_id in sorted(ids)
        if not _lock_until(cr, space, record_id, deadline)
    }


def _lock_until(cr, space, record_id, deadline):
    cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", (space, record_id))
    if cr.fetchone()[0]:
        return True
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
        free = all(
            _try_lock(cr, space, record_id) or _is_own(env.cr, space, record_id)
            for space, ids in ((LOCK_INVOICE, move_ids), (LOCK_PARTNER, partner_ids))
            for record_id in sorted(ids)
        )
        yield cr if free else None


def keep_from_holds(cr, move_ids, partner_ids=()):
    """Keep holds away from invoices until the end of a transaction.

    :returns: whether that went well; False when a hold is just being made
    """
    return all(
        _try_lock(cr, space, record_id)
        for space, ids in ((LOCK_INVOICE, move_ids), (LOCK_PARTNER, partner_ids))
        for record_id in sorted(ids)
    )


def _try_lock(cr, space, record_id):
    cr.execute("SELECT pg_try_advisory_xact_lock_shared(%s, %s)", (space, record_id))
    return cr.fetchone()[0]


def _is_own(cr, space, record_id):
    """Say whether the sender's own transaction made the hold: then it sees it."""
    cr.execute(
        """
        SELECT EXISTS (
            SELECT FROM pg_locks
             WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted
               AND mode = 'ExclusiveLock' AND objsubid = 2
               AND database = (SELECT oid FROM pg_database
                                WHERE datname = current_database())
               AND classid = %s AND objid = %s)
        """,
        (space, record_id),
    )
    return cr.fetchone()[0]


def _is_test_cursor(cr):
    """Say whether a cursor shares the transaction of a test: its isolation is set."""
    return type(cr).__name__ == "TestCursor"
