"""Which policies held when, as the log of a case says: values in, values out, no ORM."""

from datetime import datetime, timedelta
from typing import NamedTuple

from .clock import Force, Hand

# Kinds of events, and whose policy it is: the key of those about policies.
POLICY, DUE, LEGAL = "sla", "sla_due", "sla_legal"
SIDES = ("customer", "supplier")
# A new case is matched with what it begins with, which may take a moment.
BEGINNING = timedelta(minutes=1)


class Held(NamedTuple):
    """From a moment on a policy holds; None is from the beginning, 0 is no policy."""

    since: datetime | None
    policy: int


def read_policies(rows):
    """Return ``{side: [Held]}`` of the rows of a case's log, in order.

    What a case was matched with when it was made holds from the beginning.
    """
    history = {side: [] for side in SIDES}
    for row in rows:
        if row.kind == POLICY and row.key in history:
            since = get_beginning(rows, row.at)
            history[row.key].append(Held(since, row.to_id or 0))
    return history


def read_terms(rows):
    """Return the ``Held`` list of legal terms of the rows of a case's log, in order."""
    return [
        Held(get_beginning(rows, row.at), row.to_id or 0)
        for row in rows
        if row.kind == LEGAL
    ]


def get_beginning(rows, moment):
    """Return since when it holds what was matched at a moment: None is from the report."""
    is_new = not rows or moment - rows[0].at <= BEGINNING
    return None if is_new else moment


def get_forces(history):
    """Return ``{policy: [Force]}`` in order of time."""
    forces = {}
    for held in history.values():
        ends = [one.since or datetime.min for one in held[1:]] + [None]
        for one, until in zip(held, ends, strict=False):
            since = one.since or datetime.min
            if one.policy and since != until:
                forces.setdefault(one.policy, []).append(Force(since, until))
    return forces


def read_by_hand(rows, case, target):
    """Return the ``Hand`` list of what people have set for one target of a case.

    What was set on a case that was merged into it is not meant: the merge itself says
    in the log of this one where it takes it over.
    """
    return [
        Hand(row.at, row.to_at, row.id)
        for row in rows
        if row.kind == DUE and row.to_id == target and row.case_id == case
    ]
