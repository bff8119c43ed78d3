"""Replay of a case's events: values in, values out, no ORM.

An event is a snapshot: from its moment on the case was in that stage and state, waited
for that party, and was held by that team and user, until the next event. Every figure
about a case's past (who held it, how long in which stage) is a sum over these spans.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

OUR_SIDE = "us"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an event says about its case from ``at`` (naive UTC) on."""

    at: datetime
    kind: str
    stage: int
    state: str
    waiting_for: str | None
    team: int | None
    user: int | None
    type: int | None = None
    priority: int | None = None
    # What siblings log besides, by the name of their column.
    more: dict = field(default_factory=dict)

    @property
    def held(self):
        """What holds from this event on."""
        held = (self.stage, self.state, self.waiting_for, self.team, self.user)
        return (*held, self.type, self.priority, self.more)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in which nothing about the case changed hands."""

    start: datetime
    end: datetime
    stage: int
    state: str
    waiting_for: str | None
    team: int | None
    user: int | None
    type: int | None = None
    priority: int | None = None
    more: dict = field(default_factory=dict)

    @property
    def seconds(self):
        return int((self.end - self.start).total_seconds())

    @property
    def party(self):
        """Whose turn it was: us, or the one who was waited for."""
        return self.waiting_for or OUR_SIDE


def spans(snapshots, until):
    """Return the ``Span`` list that the snapshots describe, in order of time.

    :param snapshots: ``Snapshot`` iterable, in the order in which they were logged
    :param until: end of the last span (naive UTC); events after it are left out
    :returns: spans that touch each other and differ from their neighbour; a span of no
        length is left out
    """
    merged = []
    events = [event for event in snapshots if event.at <= until]
    ends = [event.at for event in events[1:]] + [until]
    for event, end in zip(events, ends, strict=False):
        start, held = event.at, event.held
        if merged and merged[-1][2] == held and merged[-1][1] == start:
            merged[-1][1] = end
        else:
            merged.append([start, end, held])
    return [Span(start, end, *held) for start, end, held in merged if end > start]


def values_at(rows, kind, name):
    """Return what a value of a case was from each of its events on.

    :param rows: events in order, with ``case_id``, ``kind``, ``from_id``; of several
        cases when they were merged
    :param kind: the kind of event that tells the value's changes
    :param name: attribute of a row that says what the value of its case is now
    :returns: one value for each row
    """
    found, values = {}, []
    for row in reversed(rows):
        value = found.setdefault(row.case_id, getattr(row, name))
        values.append(value)
        if row.kind == kind:
            found[row.case_id] = row.from_id
    return values[::-1]


def seconds_by(span_list, key):
    """Return ``{value: seconds}`` for one attribute of the spans.

    :param span_list: result of :func:`spans`
    :param key: ``stage``, ``state``, ``party``, ``team`` or ``user``
    """
    totals = defaultdict(int)
    for span in span_list:
        totals[getattr(span, key)] += span.seconds
    return dict(totals)
