"""When a case asks for attention: due moments in working time, and changes of hands.

Values in, values out, no ORM. Moments are naive UTC, durations are seconds.
"""

from bisect import bisect_left, bisect_right
from datetime import timedelta
from itertools import accumulate

HANDOVER = "handover"


class WorkTime:
    """Working time of one calendar: answers in the logarithm of its intervals."""

    def __init__(self, intervals):
        """Take (start, end) pairs, sorted and without overlap."""
        self._starts = [start for start, _end in intervals]
        lengths = [(end - start).total_seconds() for start, end in intervals]
        self._ends = list(accumulate(lengths))
        self._lengths = lengths

    def elapsed(self, moment):
        """Return the working seconds from the first interval until a moment."""
        index = bisect_right(self._starts, moment) - 1
        if index < 0:
            return 0.0
        before = self._ends[index] - self._lengths[index]
        inside = (moment - self._starts[index]).total_seconds()
        return before + min(inside, self._lengths[index])

    def due(self, start, seconds):
        """Return when so much working time has passed since a moment.

        :returns: a moment, or None when the intervals end before
        :raises ValueError: for less than one second
        """
        if seconds < 1:
            raise ValueError(seconds)
        target = self.elapsed(start) + seconds
        index = bisect_left(self._ends, target)
        if index == len(self._ends):
            return None
        into = target - (self._ends[index] - self._lengths[index])
        return self._starts[index] + timedelta(seconds=into)


def stay_since(snapshots):
    """Return since when a case stands in its present stage without a break.

    :param snapshots: ``Snapshot`` list of one case, in the order of the log
    """
    since = None
    stage = None
    for event in snapshots:
        if event.stage != stage:
            stage, since = event.stage, event.at
    return since


def changes_of_hands(snapshots):
    """Return the moments at which another person became responsible.

    Planned hand-overs, before and after an absence, do not count.
    """
    moments = []
    holder = None
    for event in snapshots:
        if event.kind == HANDOVER and moments:
            moments.pop()
        elif event.user != holder:
            if holder is not None:
                moments.append(event.at)
            holder = event.user
    return moments


def bouncing_until(moments, changes, window):
    """Return until when a case counts as bouncing, or None.

    It bounces while the last ``changes`` changes of hands lie within ``window``.

    :param moments: result of :func:`changes_of_hands`
    :param changes: how many changes are too many; 0 means any number is fine
    :param window: ``timedelta``
    """
    if changes < 1 or len(moments) < changes:
        return None
    until = moments[-changes] + window
    return until if until > moments[-1] else None
