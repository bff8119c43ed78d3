# What a release gives at most; earlier versions took ten years.
MOST_RELEASE_DAYS = 366


def migrate(cr, version):
    """Bring the days of reasons, and of holds that run, within what is allowed now."""
    if not version:
        return
    days = {"days": MOST_RELEASE_DAYS}
    cr.execute(
        "UPDATE aftersales_dunning_hold_reason"
        " SET wait_days = LEAST(wait_days, %(days)s),"
        " due_days = LEAST(due_days, %(days)s)"
        " WHERE wait_days > %(days)s OR due_days > %(days)s",
        days,
    )
    cr.execute(
        "UPDATE aftersales_dunning_hold"
        " SET wait_days = LEAST(wait_days, %(days)s),"
        " due_days = LEAST(due_days, %(days)s)"
        " WHERE state IN ('requested', 'active')"
        " AND (wait_days > %(days)s OR due_days > %(days)s)",
        days,
    )
