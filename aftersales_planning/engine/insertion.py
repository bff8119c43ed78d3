"""Where a visit fits best: values in, slots out, no ORM.

Each day of each person is tried once: the gap between two jobs into which the visit fits
with the least driving. Nothing that stands there is moved.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from .spans import clip, first_overlap, length, subtract, tidy

# Nobody is told to be there at seven past.
STEP = timedelta(minutes=15)
EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Wish:
    """What has to be put somewhere.

    :param promised: (from, to), between which the customer expects the crew to arrive
    :param opening: when the site is open, None for always
    :param point: where it is, None where that is not known
    """

    duration: timedelta
    earliest: datetime
    latest: datetime | None = None
    promised: tuple = (None, None)
    opening: tuple | None = None
    point: tuple | None = None


@dataclass(frozen=True)
class Day:
    """A day of somebody.

    :param hours: when he works
    :param closed: what of it is taken by leave and appointments
    :param jobs: ``Stop`` of his work
    :param penalty: how much speaks against him whatever the time; 0 is nothing
    """

    person: int
    date: date
    hours: tuple
    closed: tuple = ()
    jobs: tuple = ()
    home: tuple | None = None
    penalty: int = 0
    is_wished: bool = False


class Slot(NamedTuple):
    """A place for a visit.

    :param cost: minutes that are driven more than without it
    :param load: percent of the day's work that is taken without it
    """

    person: int
    date: date
    start: datetime
    stop: datetime
    cost: int
    load: int
    is_late: bool
    penalty: int
    is_wished: bool

    @property
    def rank(self):
        """What is promised is kept, then the cheapest, the soonest, the least loaded."""
        return (
            self.is_late,
            self.penalty,
            self.cost,
            not self.is_wished,
            self.date,
            self.load,
            self.start,
            self.person,
        )


def find_slots(wish, days, travel):
    """Return the best slot of each day into which a visit fits, the best one first.

    :param days: list of ``Day``
    :param travel: ``Travel``
    """
    found = (_find_slot(wish, day, travel) for day in days)
    return sorted((slot for slot in found if slot), key=lambda slot: slot.rank)


def get_load(day):
    """Return how much of a day's working time is taken, in percent."""
    seconds = length(subtract(tidy(day.hours), tidy(day.closed)))
    taken = length(tidy((job.start, job.stop) for job in day.jobs))
    return round(100 * taken / seconds) if seconds else 0


def _find_slot(wish, day, travel):
    hours = tidy(day.hours)
    if not hours:
        return None
    load = get_load(day)
    jobs = sorted(day.jobs)
    slots = []
    for before, after in zip([None, *jobs], [*jobs, None], strict=True):
        span, cost = _measure_gap(wish, day, hours, before, after, travel)
        fit = _fit(wish, hours, tidy(day.closed), *span)
        if fit:
            is_late = bool(wish.latest and fit[1] > wish.latest)
            slots.append(
                Slot(
                    day.person,
                    day.date,
                    *fit,
                    cost,
                    load,
                    is_late,
                    day.penalty,
                    day.is_wished,
                )
            )
    return min(slots, key=lambda slot: slot.rank, default=None)


def _measure_gap(wish, day, hours, before, after, travel):
    """Return the span in which a visit may stand, driving taken off, and its cost."""
    origin = before.point if before else day.home
    target = after.point if after else day.home
    there, on = (
        travel.minutes(origin, wish.point),
        travel.minutes(wish.point, target),
    )
    start = before.stop if before else hours[0][0]
    stop = after.start if after else hours[-1][1]
    span = (start + timedelta(minutes=there), stop - timedelta(minutes=on))
    if not wish.point:
        return span, 0
    return span, max(0, there + on - travel.minutes(origin, target))


def _fit(wish, hours, closed, start, stop):
    """Return the first (start, stop) of a visit between two moments, or None."""
    first, last = wish.promised
    start = max(start, wish.earliest, first or start)
    if stop - start < wish.duration:
        return None
    allowed = clip(subtract(hours, closed), start, stop)
    if wish.opening is not None:
        allowed = [part for span in allowed for part in clip(wish.opening, *span)]
    for begin, end in allowed:
        at = _round_up(begin)
        if last and at > last:
            break
        if at + wish.duration <= end:
            return at, at + wish.duration
    return _fit_over_break(wish, hours, closed, start, stop)


def _fit_over_break(wish, hours, closed, start, stop):
    """Return where a visit fits that is longer than what lies between two breaks."""
    last = wish.promised[1]
    if any(end - begin >= wish.duration for begin, end in hours):
        return None
    for begin, end in clip(hours, start, stop):
        at = _round_up(begin)
        until = _work_off(hours, at, wish.duration)
        if at >= end or not until or until > stop:
            continue
        if last and at > last:
            break
        if first_overlap(closed, at, until):
            continue
        if wish.opening is not None and subtract(clip(hours, at, until), wish.opening):
            continue
        return at, until
    return None


def _work_off(hours, start, duration):
    """Return when so much work is done that begins at a moment, or None."""
    for begin, end in hours:
        if end <= start:
            continue
        begin = max(begin, start)
        if begin + duration <= end:
            return begin + duration
        duration -= end - begin
    return None


def _round_up(moment):
    return EPOCH - ((EPOCH - moment) // STEP) * STEP
