"""Under which number a cycle is known when others were laid before it: values, no ORM."""

from datetime import datetime
from typing import NamedTuple


class Run(NamedTuple):
    """One cycle of a clock; ``end`` is None while it lasts."""

    number: int
    start: datetime
    end: datetime | None = None


def keep_numbers(runs, known):
    """Return the numbers of runs, in their order, so that each keeps the one it had.

    Whatever hangs on a cycle knows it by its number: a miss, what is owed for it, whom it
    was told. A run is the known one that has the same start, else one that it overlaps,
    as when the start was moved. Others get numbers that nobody had.

    :param runs: ``Run`` list in order of time, as replayed
    :param known: ``Run`` list in order of time, as stored
    """
    left, found = list(known), {}
    for fits in (
        _has_same_start,
        _overlaps,
        lambda *_two: len(runs) == len(known) == 1,
    ):
        for index, run in enumerate(runs):
            if index in found:
                continue
            same = next((one for one in left if fits(run, one)), None)
            if same:
                left.remove(same)
                found[index] = same.number
    used = {*found.values(), *(one.number for one in left)}
    for index, run in enumerate(runs):
        if index not in found:
            free = run.number
            while free in used:
                free += 1
            found[index] = free
            used.add(free)
    return [found[index] for index in range(len(runs))]


def _has_same_start(run, other):
    return run.start == other.start


def _overlaps(run, other):
    return (other.end is None or run.start < other.end) and (
        run.end is None or other.start < run.end
    )
