"""Which region a postcode lies in: values in, values out, no ORM.

Postcodes are compared by letters and digits alone, whatever blanks, hyphens and cases
people write. What a range leaves out stands for everything: in Germany 20 to 22 holds
20095 and 22769, in the Netherlands 3500 to 3599 holds 3511 KM. Behind letters a number is
a number: in Britain SW2 to SW10 holds SW9 and not SW1.
"""

import re
from bisect import bisect_right
from collections import namedtuple
from itertools import islice
from operator import itemgetter

Range = namedtuple("Range", "first last depth value")
"""Postcodes from one to another (empty: no end), how deep their region lies in the tree,
and what stands for the region."""

_RUNS = re.compile(r"[0-9]+|[^\W\d_]+")
# British ones without the blank: what follows it are always three signs.
_BRITISH = re.compile(r"^([A-Z]{1,2}[0-9]{1,2})([0-9][A-Z]{2})$")
_WIDTH = 12
_LAST = "\uffff"


def normalise(text):
    """Return the letters and digits of a postcode, in capitals."""
    return "".join(_RUNS.findall((text or "").upper()))


def low(text):
    """Return where a range begins that begins with a postcode; empty is the very start."""
    return tuple(run for run, _open in _split(text))


def high(text):
    """Return where a range ends that ends with a postcode; empty is the very end."""
    runs = _split(text)
    if runs and runs[-1][1]:
        runs[-1] = (runs[-1][0] + _LAST, True)
    return (*(run for run, _open in runs), _LAST)


def is_span(first, last):
    """Say whether a range does not end before it begins."""
    return low(first) <= high(last)


def get_overlaps(ranges):
    """Yield the pairs of values whose ranges hold a postcode in common."""
    rows = sorted(
        ((low(one.first), high(one.last), one.value) for one in ranges),
        key=itemgetter(0, 1),
    )
    for index, (_start, end, value) in enumerate(rows):
        for start, _end, other in islice(rows, index + 1, None):
            if start > end:
                break
            yield value, other


class Postcodes:
    """The ranges of one country, to be asked for many postcodes."""

    def __init__(self, ranges):
        """Take ranges; those of one depth overlap only where they mean the same."""
        levels = {}
        for one in ranges:
            row = [low(one.first), high(one.last), one.value]
            levels.setdefault(one.depth, []).append(row)
        self._levels = [_join(rows) for _depth, rows in sorted(levels.items())]

    def find(self, text):
        """Return what stands for the innermost region of a postcode, or None."""
        key = low(text)
        if not key:
            return None
        for rows in reversed(self._levels):
            index = bisect_right(rows, key, key=itemgetter(0))
            if index and key <= rows[index - 1][1]:
                return rows[index - 1][2]
        return None


def _join(rows):
    """Return rows sorted, those that overlap made one."""
    joined = []
    for row in sorted(rows, key=itemgetter(0)):
        if joined and row[0] <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], row[1])
        else:
            joined.append(row)
    return joined


def _split(text):
    """Return ``[(run, whether more may follow in it)]`` of a postcode."""
    plain = normalise(text)
    lettered = plain[:1].isalpha()
    if lettered:
        # Here a blank parts two numbers: SW9 8QQ is not SW98.
        plain = _BRITISH.sub(r"\1 \2", plain) if plain in text.upper() else text.upper()
    runs = _RUNS.findall(plain)
    result = []
    for place, run in enumerate(runs):
        # Letters that lead, and the number behind them, are whole: SW1 is not SW10.
        whole = lettered and place < 2
        if whole and run.isdigit():
            run = run.zfill(_WIDTH)
        result.append((run, not whole))
    return result
