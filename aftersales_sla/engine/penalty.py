"""What a missed promise costs: values in, values out, no ORM. Amounts are ``Decimal``.

* Late is what comes after the grace, in the time by which the clock counts.
* Of hours and working days each one counts that was started: one second after an hour the
  second one is.
* What was reached first is paid first, with what it grows to; where caps leave less, it is
  less.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

BREACH, HOUR, DAY = "breach", "hour", "day"
SECONDS_OF_HOUR = 3600


class Late(NamedTuple):
    """How late a clock is, as a penalty counts it.

    :param units: 1 for a breach, else hours or working days that were started
    :param since: when the first one was; None where there is none
    :param next_at: when one more is started; None where that never is
    """

    units: int
    since: object = None
    next_at: object = None


class Claim(NamedTuple):
    """A penalty before caps.

    :param key: tells it from others
    :param amount: of what was reached
    :param buckets: keys of the caps that it counts for
    """

    key: object
    amount: Decimal
    buckets: tuple = ()


def to_decimal(amount):
    """Return a number of the database as it is written."""
    return Decimal(str(amount))


def round_to(amount, step):
    """Return an amount rounded to a step of its currency, a half upwards."""
    return (amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def take_percent(basis, percent):
    """Return a percentage of a basis, not rounded."""
    return to_decimal(basis) * to_decimal(percent) / 100


# === Lateness === #


def get_late(per, time, measure, due, until, pauses=(), grace=0):
    """Return how late something is, as a ``Late``.

    :param per: ``BREACH``, ``HOUR`` or ``DAY``
    :param time: ``WorkingTime`` of the calendar, whose days count
    :param measure: that by which the clock counts, whose hours count
    :param due: when it was due, or since when it is missed
    :param until: when it was done, or now
    :param pauses: (start, end) pairs for which the clock stood still
    :param grace: seconds
    :raises NoWorkingTime: when the intervals end before the next one begins
    """
    if until <= due:
        return Late(0, None, _start(measure, due, grace, pauses))
    if per == BREACH:
        return _get_breach(measure, due, until, pauses, grace)
    if per == HOUR:
        return _get_hours(measure, due, until, pauses, grace)
    return _get_days(time, due, until, pauses, grace)


def _start(measure, due, seconds, pauses):
    """Return the first moment at which more than so many seconds have passed."""
    return measure.due(due, seconds + 1, pauses)


def _get_breach(measure, due, until, pauses, grace):
    if grace and measure.elapsed(due, until, pauses) <= grace:
        return Late(0, None, _start(measure, due, grace, pauses))
    return Late(1, measure.due(due, grace, pauses) if grace else due)


def _get_hours(measure, due, until, pauses, grace):
    late = measure.elapsed(due, until, pauses) - grace
    units = max(-(-late // SECONDS_OF_HOUR), 0)
    since = _start(measure, due, grace, pauses) if units else None
    over = grace + units * SECONDS_OF_HOUR
    return Late(units, since, _start(measure, due, over, pauses))


def _get_days(time, due, until, pauses, grace):
    """The first day lasts until the same local time on the next working day."""
    begin = time.due(due, grace, pauses) if grace else due
    units = _count_days(time, begin, until, pauses)
    over = time.after_days(begin, units, pauses) if units else begin
    since = _start(time, begin, 0, pauses) if units else None
    return Late(units, since, _start(time, over, 0, pauses))


def _count_days(time, begin, until, pauses):
    def is_over(days):
        end = time.after_days(begin, days, pauses) if days else begin
        return time.elapsed(end, until, pauses) > 0

    if not is_over(0):
        return 0
    # So many working days last longer than all days between the two.
    fewest, most = 0, (until - begin).days + 2
    while most - fewest > 1:
        middle = (fewest + most) // 2
        if is_over(middle):
            fewest = middle
        else:
            most = middle
    return most


# === Caps === #


def allocate(claims, caps):
    """Say what is due of claims, the first one first.

    :param claims: ``Claim`` iterable
    :param caps: ``{bucket: most of all its claims together}``
    :returns: ``{key: amount}``, and ``{bucket: what is left of its cap}``
    """
    left, granted = dict(caps), {}
    for claim in claims:
        amount = min([claim.amount, *_get_left(claim, left)])
        granted[claim.key] = amount = max(amount, Decimal(0))
        for bucket in claim.buckets:
            if bucket in left:
                left[bucket] -= amount
    return granted, left


def get_most(claim, amount, granted, left):
    """Return what a claim comes to when it grows to an amount, as the caps stand.

    :param amount: None for one that has no end
    :param granted: what is due of it now
    :returns: None where neither the amount nor a cap ends it
    """
    rooms = [granted + max(room, Decimal(0)) for room in _get_left(claim, left)]
    if amount is not None:
        rooms.append(amount)
    return max(min(rooms), granted) if rooms else None


def _get_left(claim, left):
    return [left[bucket] for bucket in claim.buckets if bucket in left]
