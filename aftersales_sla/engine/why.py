"""Why a clock is due when it is: one row for each day. Values in, values out."""

from datetime import date
from typing import NamedTuple

# Longer tables explain nothing.
MOST_DAYS = 800


class Day(NamedTuple):
    """What one day did to a clock.

    :param worked: seconds of working time of the whole day
    :param counted: seconds that counted for the clock
    :param paused: ``{party: seconds}`` for which it stood still
    :param total: seconds counted until the day's end
    :param left: seconds left then, negative where it was late; None when nobody knows
    :param is_ahead: whether the day lies ahead, so that this is what is expected
    """

    date: date
    worked: int
    counted: int
    paused: dict
    total: int
    left: int | None
    is_ahead: bool


def explain(clock, aim, time, now):
    """Return the ``Day`` list of a clock, from its start until it is due or over.

    A paused clock is told until now: nobody knows when it goes on.

    :param clock: ``Clock`` as replayed for this very aim and time
    :param now: naive UTC, as it was replayed
    """
    measure = aim.get_measure(time)
    ended = clock.ended_at
    until = ended or max(clock.due or now, now)
    stood = [(pause.start, pause.end or until) for pause in clock.pauses]
    whole = _get_whole(clock, measure, stood)
    days, total = [], 0
    for day, first, last in time.split_by_date(clock.start, until)[:MOST_DAYS]:
        counted = measure.elapsed(first, last, stood)
        total += counted
        days.append(
            Day(
                date=day,
                worked=_get_worked(measure, time, first),
                counted=counted,
                paused=_get_paused(clock, measure, first, last),
                total=total,
                left=None if whole is None else whole - total,
                is_ahead=not ended and first > now,
            )
        )
    return days


def _get_whole(clock, measure, stood):
    """Return how many seconds the clock has in all."""
    if clock.due:
        return measure.elapsed(clock.start, clock.due, stood)
    return None if clock.left is None else clock.elapsed + clock.left


def _get_worked(measure, time, moment):
    """Return the working seconds of the local day of a moment."""
    start, end = time.get_day(moment)
    return measure.elapsed(start, end)


def _get_paused(clock, measure, first, last):
    paused = {}
    for pause in clock.pauses:
        start, end = max(pause.start, first), min(pause.end or last, last)
        if seconds := measure.elapsed(start, end):
            paused[pause.party] = paused.get(pause.party, 0) + seconds
    return paused
