"""What the board reckons: where nobody works, and how much of a day is taken.

Spans as in ``spans``, but in any order, and they may overlap.
"""

from .spans import clip, length, subtract, tidy


def find_gaps(spans, start, stop, least=None):
    """Return what is left of a window when the spans are taken out.

    :param least: a ``timedelta``; shorter gaps are left out, for windows so wide that
        nobody sees them
    """
    gaps = subtract([(start, stop)], tidy(spans))
    return [gap for gap in gaps if least is None or gap[1] - gap[0] >= least]


def count_minutes(spans, days):
    """Return how many minutes of each day the spans fill together.

    :param days: list of ``(day, start, stop)``
    """
    tidied = tidy(spans)
    return [int(length(clip(tidied, start, stop))) // 60 for _day, start, stop in days]
