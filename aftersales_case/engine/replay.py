"""Replay of a case's events: values in, values out, no ORM.

An event is a snapshot: from its moment on the case was in that stage and state, waited
for that party, and was held by that team and user, until the next event. Every figure
about a case's past (who held it, how long in which stage) is a sum over these spans.
"""

from collections import defaultdict
from dataclasses import dataclass
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
        start = event.at
        held = (event.stage, event.state, event.waiting_for, event.team, event.user)
        if merged and merged[-1][2] == held and merged[-1][1] == start:
            merged[-1][1] = end
        else:
            merged.append([start, end, held])
    return [Span(start, end, *held) for start, end, held in merged if end > start]


def seconds_by(span_list, key):
    """Return ``{value: seconds}`` for one attribute of the spans.

    :param span_list: result of :func:`spans`
    :param key: ``stage``, ``state``, ``party``, ``team`` or ``user``
    """
    totals = defaultdict(int)
    for span in span_list:
        totals[getattr(span, key)] += span.seconds
    return dict(totals)
