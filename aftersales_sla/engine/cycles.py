"""When the clock of a metric starts and what stops it: one cycle each time.

Of all metrics of ``METRICS`` a function takes story and aim, and returns cycles.
"""

from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from odoo.addons.aftersales_case.const import (
    EVENT_PROMISE,
    PROMISE_KEPT,
    STATE_CANCELLED,
    WAIT_SUPPLIER,
)

from .story import is_customers, is_reply

RESPONSE, NEXT_REPLY, UPDATE = "response", "next_reply", "update"
ASSIGNED, REACH, STAY, RESOLVED = "assigned", "reach", "stay", "resolved"
TEAM, SUPPLIER = "team", "supplier"
PROMISE, CHAIN = "promise", "chain"
# Kept by the system, whatever policies say.
OWN_METRICS = (PROMISE, CHAIN)
# What a clock does when a closed case is opened again.
GO_ON, NEW_CYCLE, STAYS_MET = "continue", "cycle", "met"
# A customer's message that asks for no answer: its clock is cancelled, not met.
EVENT_DISMISSED = "sla_dismissed"
# Until when a supplier has to be done, as our own promise leaves it.
EVENT_CHAIN = "sla_chain"
# Why a promised date may be moved later without being broken.
REASON_ASKED, REASON_UNTICKED = "asked", "unticked"
EXCUSES = (REASON_ASKED, REASON_UNTICKED)
# Why a chain cannot hold, though the supplier's time is not over.
REASON_LATE = "late"


class Cycle(NamedTuple):
    """One run of a clock.

    :param number: 1, 2, …, in order of their starts; stays what it is in every replay
    :param end: when that was done which is asked for, None as long as it was not
    :param dropped: when it did not matter any more
    :param due: for what is due at a moment and not after a term
    :param broken: when it was missed before it was due
    """

    number: int
    start: datetime
    end: datetime | None = None
    dropped: datetime | None = None
    due: datetime | None = None
    broken: datetime | None = None


def get_cycles(story, aim):
    """Return the ``Cycle`` list of an aim, in order.

    What is still open when the case is closed is dropped then, and runs again when it is
    opened again: until then it was closed, which is a pause.
    """
    return [
        cycle._replace(dropped=max(story.closed_at, cycle.start))
        if story.is_closed and not cycle.end and not cycle.dropped
        else cycle
        for cycle in METRICS[aim.metric](story, aim)
    ]


def _get_response(story, _aim):
    return [_from_report(story, next(iter(story.replies), None))]


def _get_assigned(story, _aim):
    return [_from_report(story, story.taken_at)]


def _get_reach(story, aim):
    """None where the type has no such stage; a case that is cancelled reaches none."""
    if not aim.stages:
        return []
    entered = (
        one.at
        for one in story.moments
        if one.stage in aim.stages and one.state != STATE_CANCELLED
    )
    return [_from_report(story, next(entered, None))]


def _from_report(story, end):
    return Cycle(1, story.reported_at, end and max(end, story.reported_at))


def _get_next_reply(story, _aim):
    """From the oldest unanswered message of the customer to the next answer."""
    cycles, start = [], None
    for one in story.moments:
        if start is None:
            start = one.at if is_customers(one) else None
        elif is_reply(one):
            cycles.append(Cycle(len(cycles) + 1, start, end=one.at))
            start = None
        elif one.kind == EVENT_DISMISSED:
            cycles.append(Cycle(len(cycles) + 1, start, dropped=one.at))
            start = None
    if start is not None:
        cycles.append(Cycle(len(cycles) + 1, start))
    return cycles


def _get_update(story, _aim):
    """From each answer to the next one, as long as the case is not closed."""
    cycles = []
    for number, start in enumerate(story.replies, start=1):
        end = next(iter(story.replies[number : number + 1]), None)
        closed = story.get_closing_after(start)
        if closed and (end is None or closed <= end):
            cycles.append(Cycle(number, start, dropped=closed))
        else:
            cycles.append(Cycle(number, start, end))
    return cycles


def _get_stay(story, aim):
    stays = (stay for stay in story.stays if not stay.is_closed)
    return _join(stays, lambda stay: stay.stage in aim.stages)


def _get_team(story, aim):
    """As long as one team has it; what it hands on and gets back is a new cycle."""
    teams = [stay for stay in story.stays if stay.team and not stay.is_closed]
    cycles = []
    for stay in teams:
        if aim.team and stay.team != aim.team:
            continue
        if (
            cycles
            and cycles[-1][1].end == stay.start
            and cycles[-1][1].team == stay.team
        ):
            cycles[-1] = (cycles[-1][0], stay)
        else:
            cycles.append((stay, stay))
    return [
        Cycle(number, first.start, last.end)
        for number, (first, last) in enumerate(cycles, start=1)
    ]


def _get_supplier(story, _aim):
    stays = (stay for stay in story.stays if not stay.is_closed)
    return _join(stays, lambda stay: stay.waiting_for == WAIT_SUPPLIER)


def _join(stays, is_meant):
    """Return one cycle for each run of stays that touch."""
    cycles = []
    for stay in filter(is_meant, stays):
        if cycles and cycles[-1].end == stay.start:
            cycles[-1] = cycles[-1]._replace(end=stay.end)
        else:
            cycles.append(Cycle(len(cycles) + 1, stay.start, stay.end))
    return cycles


def _get_resolved(story, aim):
    start, solved = (
        story.reported_at,
        [
            (at, again)
            for at, state, again in story.closings
            if state != STATE_CANCELLED
        ],
    )
    if aim.is_legal or aim.reopening == STAYS_MET:
        end = solved[0][0] if solved else None
        return [Cycle(1, start, end and max(end, start))]
    if aim.reopening == GO_ON:
        end = story.closed_at if story.is_closed and not story.is_cancelled else None
        return [Cycle(1, start, end and max(end, start))]
    cycles = []
    for at, state, again in story.closings:
        number = len(cycles) + 1
        if state == STATE_CANCELLED:
            cycles.append(Cycle(number, start, dropped=max(at, start)))
        else:
            cycles.append(Cycle(number, start, max(at, start)))
        start = again
    if start is not None:
        cycles.append(Cycle(len(cycles) + 1, start))
    return cycles


def _get_promise(story, aim):
    """Each date that was promised, under one key or any; numbered over all of them.

    A new date takes the place of the former one under its key. Kept when the case is
    closed by then, or the log says that it was done; broken when it passes, or is moved
    later and nobody asked for it.
    """
    cycles, running = [], {}
    for one in story.moments:
        if one.kind != EVENT_PROMISE or aim.key not in (None, one.key):
            continue
        index = running.pop(one.key, None)
        if index is not None:
            cycles[index] = _replace_promise(story, cycles[index], one)
        if one.to_at:
            running[one.key] = len(cycles)
            cycles.append(Cycle(len(cycles) + 1, one.at, due=one.to_at))
    if not story.is_cancelled:
        for index in running.values():
            kept = story.get_closing_after(cycles[index].start)
            cycles[index] = cycles[index]._replace(end=kept)
    return cycles


def _replace_promise(story, cycle, one):
    closed = story.get_closing_after(cycle.start)
    if closed and closed <= one.at:
        return cycle._replace(end=closed)
    if not one.to_at and one.reason == PROMISE_KEPT:
        return cycle._replace(end=one.at)
    is_later = not one.to_at or one.to_at > cycle.due
    is_broken = is_later and one.reason not in EXCUSES
    return cycle._replace(dropped=one.at, broken=one.at if is_broken else None)


def _get_chain(story, _aim):
    """One run for all dates that our promise left the supplier: the last one counts.

    One that passed before the next was told is missed; none is due before it was told.
    Without a date our promise stands still, or is over.
    """
    told = [one for one in story.moments if one.kind == EVENT_CHAIN and not one.key]
    dated = [one for one in told if one.to_at]
    if not dated:
        return []
    missed = (
        one
        for one, later in pairwise(told)
        if one.to_at and max(one.at, one.to_at) < later.at
    )
    counted = next(missed, dated[-1])
    is_solved = story.is_closed and not story.is_cancelled
    return [
        Cycle(
            1,
            dated[0].at,
            end=max(story.closed_at, dated[0].at) if is_solved else None,
            dropped=None if told[-1].to_at else told[-1].at,
            due=max(counted.at, counted.to_at),
        )
    ]


METRICS = {
    RESPONSE: _get_response,
    NEXT_REPLY: _get_next_reply,
    UPDATE: _get_update,
    ASSIGNED: _get_assigned,
    REACH: _get_reach,
    STAY: _get_stay,
    RESOLVED: _get_resolved,
    TEAM: _get_team,
    SUPPLIER: _get_supplier,
    PROMISE: _get_promise,
    CHAIN: _get_chain,
}
