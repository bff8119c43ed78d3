"""What a case lived through, as clocks read it: values in, values out, no ORM."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import zip_longest
from typing import NamedTuple

from odoo.addons.aftersales_case.const import (
    CLOSED_STATES,
    EVENT_ASSIGNED,
    EVENT_CUSTOMER_MESSAGE,
    EVENT_REPLY,
    REASON_FALLBACK,
    STATE_CANCELLED,
)

# Whom a clock stands still for; the last is no party, but a case that was closed.
CLOSED = "closed"


class Moment(NamedTuple):
    """One event of the log: what happened, and how the case was from then on.

    How it was stands between the kind and the reason, in the order of ``Stay``.
    """

    at: datetime
    kind: str
    stage: int
    state: str
    waiting_for: str | None = None
    team: int | None = None
    reason: str | None = None
    key: str | None = None
    to_at: datetime | None = None


# Of a moment, how the case was.
HELD = slice(2, 6)


class Stay(NamedTuple):
    """A stretch in which stage, state, waited-for party and team were the same.

    :param end: None while it lasts
    """

    start: datetime
    end: datetime | None
    stage: int
    state: str
    waiting_for: str | None
    team: int | None

    @property
    def is_closed(self):
        return self.state in CLOSED_STATES

    @property
    def party(self):
        """Whom the case waited for, that it was closed, or None for us."""
        return CLOSED if self.is_closed else self.waiting_for


class Pause(NamedTuple):
    """A stretch for which a clock may stand still; ``end`` is None while it lasts."""

    start: datetime
    end: datetime | None
    party: str


@dataclass(frozen=True)
class Story:
    """The events of one case, in the order (at, id), and when its customer told us."""

    reported_at: datetime
    moments: tuple

    @cached_property
    def stays(self):
        """The stays, in order; what lasted no second is none."""
        found, since, held = [], None, None
        ends = [one.at for one in self.moments[1:]]
        for one, end in zip_longest(self.moments, ends):
            if end == one.at or one[HELD] == held:
                continue
            if held:
                found.append(Stay(since, one.at, *held))
            since, held = one.at, one[HELD]
        if held:
            found.append(Stay(since, None, *held))
        return tuple(found)

    @cached_property
    def pauses(self):
        """The stretches in which it waited for somebody, or was closed."""
        found = []
        for stay in self.stays:
            if not stay.party:
                continue
            if found and found[-1].party == stay.party and found[-1].end == stay.start:
                found[-1] = found[-1]._replace(end=stay.end)
            else:
                found.append(Pause(stay.start, stay.end, stay.party))
        return tuple(found)

    @cached_property
    def closings(self):
        """``[(closed at, state, opened again at or None)]``, in order."""
        found = []
        for stay in self.stays:
            if not stay.is_closed:
                continue
            if found and found[-1][2] == stay.start:
                # From one closed stage to another: the last one says how it ended.
                found[-1] = (found[-1][0], stay.state, stay.end)
            else:
                found.append((stay.start, stay.state, stay.end))
        return tuple(found)

    @property
    def closed_at(self):
        """Since when it is closed, or None while it is open."""
        return self.closings[-1][0] if self.is_closed else None

    @property
    def is_closed(self):
        return bool(self.closings) and self.closings[-1][2] is None

    @property
    def is_cancelled(self):
        return self.is_closed and self.closings[-1][1] == STATE_CANCELLED

    def get_closing_after(self, moment):
        """Return when it was closed first at or after a moment, or None."""
        return next((at for at, _state, _end in self.closings if at >= moment), None)

    @cached_property
    def replies(self):
        """When a person of ours answered the customer."""
        return tuple(one.at for one in self.moments if is_reply(one))

    @cached_property
    def taken_at(self):
        """When somebody took it on purpose, or None."""
        taken = (one.at for one in self.moments if is_taken(one))
        return next(taken, None)


def is_reply(moment):
    return moment.kind == EVENT_REPLY and not moment.reason


def is_customers(moment):
    return moment.kind == EVENT_CUSTOMER_MESSAGE and not moment.reason


def is_taken(moment):
    return moment.kind == EVENT_ASSIGNED and moment.reason != REASON_FALLBACK
