"""Levels of escalation: when they are reached, and which are told. No ORM."""

from datetime import datetime, timedelta
from typing import NamedTuple

from odoo.addons.aftersales_case.engine.working_time import NoWorkingTime

from .clock import BREACHED, RUNNING
from .terms import Term

SHARE, BEFORE, AFTER = "percent", "before", "after"
# What is done at the due moment is in time.
LATE = timedelta(seconds=1)


class Step(NamedTuple):
    """One level: after a share of the time, or so long before or after it is due.

    :param share: of the whole time, such as 0.8; None for one that has a term
    :param term: hours or working days, negative before it is due
    """

    share: float | None = None
    term: Term | None = None

    @property
    def is_late(self):
        """Whether it is reached only when the due moment has passed."""
        if self.share is not None:
            return self.share >= 1
        return self.term.quantity >= 0


class Reached(NamedTuple):
    """A level of a clock, with the moment at which it is reached."""

    key: int
    moment: datetime


def is_counting(clock):
    """Say whether levels of a clock are told now: neither what stands still, nor is over."""
    if clock.state == RUNNING:
        return True
    stands = bool(clock.pauses) and clock.pauses[-1].end is None
    return clock.state == BREACHED and clock.ended_at is None and not stands


def get_moment(step, clock, measure, time):
    """Return when a level is reached, or None where nobody can say.

    The latest moment before it is due, the earliest one after, moved by what has paused
    since. What would lie before the start is reached at the start.

    :param clock: ``Clock`` that counts
    :param measure: ``WorkingTime`` by which the clock counts
    :param time: ``WorkingTime`` of its calendar
    """
    pauses = [(pause.start, pause.end) for pause in clock.pauses if pause.end]
    if step.is_late:
        try:
            moment = _get_late(step, clock, measure, time, pauses)
        except NoWorkingTime:
            # Farther ahead than anybody looks: it is asked again as time goes by.
            return None
        return max(moment, clock.due + LATE)
    try:
        moment = _get_early(step, clock, measure, time, pauses)
    except NoWorkingTime:
        return clock.start
    return max(moment, clock.start)


def _get_late(step, clock, measure, time, pauses):
    if step.share is None:
        return step.term.get_shifted(time, clock.due, pauses)
    seconds = round(measure.elapsed(clock.start, clock.due, pauses) * (step.share - 1))
    return measure.due(clock.due, seconds, pauses) if seconds > 0 else clock.due


def _get_early(step, clock, measure, time, pauses):
    if step.share is None:
        return step.term.get_shifted(time, clock.due)
    seconds = round(measure.elapsed(clock.start, clock.due, pauses) * step.share)
    if seconds < 1:
        return clock.start
    return measure.opening(measure.due(clock.start, seconds, pauses))


def choose(reached, told, born, now, holds):
    """Return the keys of the levels to tell now, and of those that are passed over.

    Of what was reached already when the clock came to hold, only the last one is told,
    and only if none after it was told before.

    :param reached: ``Reached`` list of all levels of a clock
    :param told: keys of those that were told, or passed over, before
    :param born: when the clock came to hold
    :param holds: function of a key: whether its conditions hold
    :returns: (list of keys to tell in order of time, list of keys passed over)
    """
    due = sorted((one for one in reached if one.moment <= now), key=_by_moment)
    last = max((n for n, one in enumerate(due) if one.key in told), default=-1)
    to_tell, passed, early = [], [], []
    for number, one in enumerate(due):
        if one.key in told:
            continue
        if not holds(one.key):
            passed.append(one.key)
        elif one.moment > born:
            to_tell.append(one.key)
        elif number < last:
            passed.append(one.key)
        else:
            early.append(one.key)
    return early[-1:] + to_tell, passed + early[:-1]


def _by_moment(one):
    return one.moment, one.key
