"""What would have been: policies that would have held, and sums. Values in, values out."""

from collections import Counter
from heapq import nlargest

from odoo.addons.aftersales_case.const import CLOSED_STATES

from .clock import BREACHED, MET, PAUSED, RUNNING
from .held import Held, get_beginning

# How a clock counts in sums.
KEPT, MISSED, OPEN = "met", "missed", "open"
# As the draft says, and as it was.
DRAFT, WAS = "draft", "was"
MOST_WORST = 20


def get_history(rows, types, priorities, find):
    """Return the ``Held`` list of one side: which policies would have held when.

    As in the real run nothing is looked for while a case is closed.

    :param rows: of the log of one case, in order, its own ones only
    :param types: id of the type from each row on, and ``priorities`` likewise
    :param find: function of type and priority: the key of a policy, or None
    """
    history, held, known = [], 0, {}
    for row, *asked in zip(rows, types, priorities, strict=True):
        if row.state in CLOSED_STATES:
            continue
        asked = tuple(asked)
        if asked not in known:
            known[asked] = find(*asked) or 0
        if known[asked] != held:
            held = known[asked]
            history.append(Held(get_beginning(rows, row.at), held))
    return history


def judge(row, now):
    """Return how a clock counts; None for one that was cancelled.

    What is late and still open counts as missed, be it looked at by the job or not.
    """
    state, due = row["state"], row["due_at"]
    if state == BREACHED or (state == RUNNING and due and due < now):
        return MISSED
    if state == MET:
        return KEPT
    return OPEN if state in (RUNNING, PAUSED) else None


class Tally:
    """Sums of clocks as drafted and as they were, and the worst misses of the draft.

    ``sums`` is ``{(month, metric, side): Counter of KEPT, MISSED, OPEN}``, ``missed``
    is ``{side: rows}``.
    """

    def __init__(self, now):
        self.now = now
        self.sums = {}
        self.missed = {DRAFT: [], WAS: []}

    def add(self, side, row, month, metric):
        """Count one clock."""
        verdict = judge(row, self.now)
        if not verdict:
            return
        self.sums.setdefault((month, metric, side), Counter())[verdict] += 1
        if verdict == MISSED:
            self.missed[side].append(row)

    def get_total(self, side):
        """Return the ``Counter`` over all months and metrics."""
        total = Counter()
        for (_month, _metric, one), counts in self.sums.items():
            if one == side:
                total += counts
        return total

    def get_worst(self):
        """Return ``[(seconds late, row)]`` of the draft, the latest first."""
        late = ((self._get_lateness(row), row) for row in self.missed[DRAFT])
        return nlargest(MOST_WORST, late, key=lambda pair: pair[0])

    def _get_lateness(self, row):
        return int(((row["ended_at"] or self.now) - row["due_at"]).total_seconds())
