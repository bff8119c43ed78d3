"""Clocks counted the slow way: minute by minute, by a machine that shares no code with
the engine. It knows working minutes, who is waited for and whether the case is closed.
"""

from dataclasses import dataclass, field
from datetime import timedelta

MINUTE = timedelta(minutes=1)
CLOSED = ("done", "rejected", "cancelled")


@dataclass
class Run:
    """A clock that runs, or ran, with the minutes it counted."""

    start: object
    counted: int = 0
    due: object = None
    end: object = None
    dropped: object = None
    paused: list = field(default_factory=list)  # (minute, party)


class Oracle:
    """Steps through a story and keeps the runs of one metric.

    :param needed: minutes that a run may take
    :param works: function of a moment: whether its minute is working time
    :param pauses: parties for which nothing is counted
    """

    def __init__(self, metric, reopening, needed, works, pauses):
        self.metric, self.reopening = metric, reopening
        self.needed, self.works, self.pauses = needed, works, pauses
        self.runs, self.active = [], None
        self.status, self.was_closed, self.closed_at = None, False, None

    def play(self, reported, moments, now):
        """Return the runs, as they stand at ``now``."""
        at, todo = reported, list(moments)
        if self.metric in ("response", "assigned", "resolved"):
            self._begin(at)
        while True:
            happened = []
            while todo and todo[0].at <= at:
                happened.append(todo.pop(0))
            self._take(at, happened)
            if at >= now:
                break
            self._count(at)
            at += MINUTE
        return self.runs

    def _begin(self, at):
        self.active = Run(at)
        self.runs.append(self.active)

    def _end(self, at):
        self.active.end, self.active = at, None

    def _drop(self, at):
        self.active.dropped, self.active = at, None

    def _take(self, at, happened):
        before = self.status
        for one in happened:
            self.status = one
            if one.kind == "reply" and not one.reason:
                self._take_reply(at)
            elif one.kind == "customer_message" and not one.reason:
                if self.metric == "next_reply" and not self.active:
                    self._begin(at)
            elif one.kind == "sla_dismissed":
                if self.metric == "next_reply" and self.active:
                    self._drop(at)
            elif self._is_taken(one):
                self._end(at)
        if self.status and self.status is not before:
            self._take_status(at, before)

    def _is_taken(self, one):
        return (
            self.metric == "assigned"
            and self.active
            and one.kind == "assigned"
            and one.reason != "fallback"
        )

    def _take_reply(self, at):
        if self.metric in ("response", "next_reply") and self.active:
            self._end(at)
        elif self.metric == "update":
            if self.active:
                self._end(at)
            self._begin(at)

    def _take_status(self, at, before):
        closes = self.status.state in CLOSED
        if self.metric == "resolved":
            self._take_solution(at, closes)
        elif self.metric == "update" and closes and not self.was_closed and self.active:
            self._drop(at)
        elif self.metric in ("team", "supplier"):
            held = (
                self.status.team
                if self.metric == "team"
                else (self.status.waiting_for == "supplier" or None)
            )
            held = None if closes else held
            known = self.active and self.active.held
            if self.active and held != known:
                self._end(at)
            if held and not self.active:
                self._begin(at)
                self.active.held = held
        self.was_closed = closes

    def _take_solution(self, at, closes):
        is_cancelled = self.status.state == "cancelled"
        if closes and not self.was_closed:
            self.closed_at = at
        if self.reopening == "cycle":
            if closes and self.active:
                self._end(at)
            if closes:
                # From one closed stage to another: the last one counts.
                run = self.runs[-1]
                run.end = None if is_cancelled else self.closed_at
                run.dropped = self.closed_at if is_cancelled else None
            elif self.was_closed:
                self._begin(at)
        elif self.reopening == "met" and closes:
            run = self.runs[-1]
            if self.active and not is_cancelled:
                self._end(self.closed_at)
            elif run.end == self.closed_at and is_cancelled:
                run.end, self.active = None, run

    def _count(self, at):
        if not self.works(at):
            return
        party = None
        if self.status:
            closed = self.status.state in CLOSED
            party = "closed" if closed else self.status.waiting_for
        for run in self.runs:
            if run.end or run.dropped:
                continue
            if party == "closed" or party in self.pauses:
                run.paused.append((at, party))
                continue
            run.counted += 1
            if run.counted == self.needed:
                run.due = at + MINUTE
