"""Which policies held when, as the log of a case says: values in, values out, no ORM."""

from datetime import datetime
from typing import NamedTuple

from .clock import Force

POLICY = "sla"
SIDES = ("customer", "supplier")


class Held(NamedTuple):
    """From a moment on a policy holds; None is from the beginning, 0 is no policy."""

    since: datetime | None
    policy: int


def read_policies(rows):
    """Return ``{side: [Held]}`` of the rows of a case's log, in order.

    What held first held from the beginning: the case was matched when it was made.
    """
    history = {side: [] for side in SIDES}
    for row in rows:
        if row.kind == POLICY and row.key in history:
            known = history[row.key]
            known.append(Held(row.at if known else None, row.to_id or 0))
    return history


def get_forces(history):
    """Return ``{policy: [Force]}`` in order of time."""
    forces = {}
    for held in history.values():
        ends = [one.since for one in held[1:]] + [None]
        for one, until in zip(held, ends, strict=False):
            since = one.since or datetime.min
            if one.policy and since != until:
                forces.setdefault(one.policy, []).append(Force(since, until))
    return forces


def read_by_hand(rows, target):
    """Return ``{number of cycle: due}`` that people have set for one target."""
    found = {}
    for row in rows:
        if row.kind == "sla_due" and row.to_id == target:
            found[int(row.key)] = row.to_at
    return {number: due for number, due in found.items() if due}
