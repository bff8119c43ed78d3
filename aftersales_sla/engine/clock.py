"""Clocks of one case, replayed from its story: values in, values out, no ORM."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from odoo.addons.aftersales_case.engine.working_time import WorkingTime

from .cycles import GO_ON, get_cycles
from .story import CLOSED, Pause
from .terms import ALWAYS, Term

RUNNING, PAUSED, MET = "running", "paused", "met"
BREACHED, CANCELLED = "breached", "cancelled"


@dataclass(frozen=True, slots=True)
class Aim:
    """What one target asks for.

    :param pauses: the parties that its clocks stand still for
    :param reopening: what closed time is when the case is opened again
    :param is_legal: never stands still, ends with the first solution
    :param is_from_policy: counts from when its policy applied, not from the report
    :param stages: to be reached, or to be stayed in
    :param team: whose stays are meant; None for each team's
    :param key: of the promise
    """

    metric: str
    term: Term | None
    pauses: frozenset = frozenset()
    reopening: str = GO_ON
    is_legal: bool = False
    is_from_policy: bool = False
    stages: frozenset = frozenset()
    team: int | None = None
    key: str | None = None

    def get_measure(self, time):
        """Return the ``WorkingTime`` by which its clocks count."""
        return self.term.get_measure(time) if self.term else ALWAYS


class Hand(NamedTuple):
    """A due time that a person has set; ``due`` is None for the computed one again.

    :param event: id of the event that tells of it
    """

    at: datetime
    due: datetime | None
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Force:
    """A stretch in which a target held for the case; ``until`` is None while it does."""

    since: datetime
    until: datetime | None = None


class Clock(NamedTuple):
    """How one cycle stands; what it has counted is added up when somebody asks.

    :param due: None while it is paused, which has only so much left
    :param ended_at: when it was met, cancelled or replaced
    :param breached_at: the due moment, or the one since which the target held
    :param is_born_late: whether it was over before the target held
    :param measure: the ``WorkingTime`` by which its term counts
    :param until: as far as it is known
    :param ahead: (start, end) of the time it has left; None when it is over, or missed
    """

    number: int
    state: str
    start: datetime
    due: datetime | None
    ended_at: datetime | None = None
    breached_at: datetime | None = None
    is_born_late: bool = False
    pauses: tuple = ()
    measure: WorkingTime = ALWAYS
    until: datetime | None = None
    ahead: tuple | None = None

    @property
    def left(self):
        """Seconds until it is due, of the kind its term counts by; None when over."""
        return self.measure.elapsed(*self.ahead) if self.ahead else None

    @property
    def elapsed(self):
        """Seconds counted since the start, beyond the due moment too."""
        stood = [(pause.start, pause.end or self.until) for pause in self.pauses]
        return self.measure.elapsed(self.start, self.until, stood)

    @property
    def paused(self):
        """``{party: seconds}`` for which it stood still, counted likewise."""
        sums = {}
        for pause in self.pauses:
            seconds = self.measure.elapsed(pause.start, pause.end or self.until)
            sums[pause.party] = sums.get(pause.party, 0) + seconds
        return sums


def replay(story, aim, time, now, forces=None, by_hand=None):
    """Return the ``Clock`` list of an aim, in order of their cycles.

    :param time: ``WorkingTime`` of the calendar
    :param now: naive UTC; nothing later is known
    :param forces: ``Force`` list in order of time; None for a target that always held
    :param by_hand: ``Hand`` list in order of time
    :raises NoWorkingTime: when the intervals of the calendar end before something is due
    """
    if forces is None:
        forces = [Force(datetime.min)]
    cycles = get_cycles(story, aim)
    hands = get_by_hand([cycle.start for cycle in cycles], by_hand or ())
    clocks = (
        _judge(cycle, story, aim, time, now, forces, hands.get(cycle.start))
        for cycle in cycles
    )
    return [clock for clock in clocks if clock]


def get_by_hand(starts, hands):
    """Return ``{start of a cycle: Hand}`` of those whose due time was set by a person.

    Each is about the cycle that ran when it was set. Numbers tell nothing: a merge lays
    other cycles before it. Where the start was moved behind it, the first one is meant.

    :param hands: ``Hand`` list in order of time; the last one of a cycle counts
    """
    found = {}
    for hand in hands if starts else ():
        before = [start for start in starts if start <= hand.at]
        found[max(before) if before else min(starts)] = hand
    return {start: hand for start, hand in found.items() if hand.due}


def _judge(cycle, story, aim, time, now, forces, by_hand):
    """Return the ``Clock`` of one cycle, or None where its target never held."""
    over, held_until = _first(cycle.end, cycle.dropped), forces[-1].until
    if (over and over < forces[0].since) or (held_until and held_until <= cycle.start):
        return None
    start = max(cycle.start, forces[-1].since) if aim.is_from_policy else cycle.start
    stop = _first(over, held_until)
    until = max(_first(stop, now), start)
    pauses = _get_pauses(story, aim, start, until, stop is not None)
    ended = [(pause.start, pause.end) for pause in pauses if pause.end]
    if by_hand:
        due = _go_on_by_hand(by_hand.due, pauses, aim.get_measure(time))
    else:
        due = cycle.due or aim.term.get_due(time, start, ended)
    lasting = next((pause for pause in pauses if not pause.end), None)
    if by_hand or cycle.due or (lasting and lasting.start >= due):
        lasting = None
    breached_at = _get_breach(due, until, stop is not None, forces)
    if cycle.broken and cycle.broken >= forces[0].since:
        breached_at = _first(breached_at, cycle.broken)
    if lasting:
        breached_at = None
    is_over = stop is not None or breached_at is not None
    return Clock(
        number=cycle.number,
        state=_get_state(breached_at, cycle, stop, lasting),
        start=start,
        due=None if lasting else due,
        ended_at=stop,
        breached_at=breached_at,
        is_born_late=bool(breached_at) and breached_at > due,
        pauses=pauses,
        measure=aim.get_measure(time),
        until=until,
        ahead=None if is_over else (lasting.start if lasting else now, due),
    )


def _go_on_by_hand(due, pauses, measure):
    """Return when it is due that was set by hand, as often as it was closed and reopened.

    It stands whatever pauses. But while a case is closed nothing is missed: where the
    moment passed meanwhile, what was left of it at the closing is left when it is opened
    again.
    """
    for pause in pauses:
        if pause.party == CLOSED and pause.end and pause.start <= due <= pause.end:
            due = measure.due(pause.end, measure.elapsed(pause.start, due))
    return due


def _get_pauses(story, aim, start, until, is_over):
    """Return the pauses that count between two moments.

    The last one has no end where it lasts, and the clock is not over.
    """
    found = []
    for pause in () if aim.is_legal else story.pauses:
        if pause.party != CLOSED and pause.party not in aim.pauses:
            continue
        lasts = pause.end is None and not is_over
        first, last = max(pause.start, start), min(pause.end or until, until)
        if first < last or (lasts and first <= until):
            found.append(Pause(first, None if lasts else last, pause.party))
    return tuple(found)


def _get_breach(due, until, is_over, forces):
    """Return when the clock was late, in a stretch in which its target held.

    What was done at the due moment was in time; what was late stays late.
    """
    if due >= until:
        return None
    for force in forces:
        if force.until is None or force.until > due:
            moment = max(due, force.since)
            if moment < until or (moment == until and not is_over):
                return moment
            return None
    return None


def _get_state(breached_at, cycle, stop, lasting):
    if breached_at:
        return BREACHED
    if stop is None:
        return PAUSED if lasting else RUNNING
    return MET if stop == cycle.end else CANCELLED


def _first(one, other):
    """Return the earlier of two moments, of which each may be None."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
