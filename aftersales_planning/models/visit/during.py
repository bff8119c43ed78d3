from datetime import timedelta

from odoo.fields import Domain

# A visit ends on the day on which it starts, which has at most 25 hours.
LONGEST_VISIT = timedelta(days=2)


def during(start, stop):
    """Return the domain of visits, or of crew, that stand in a span at least partly.

    Bounded on both sides: by one side alone an index finds half of all there ever were.

    :param start: naive UTC, like ``stop``
    """
    return Domain(
        [
            ("start", "<", stop),
            ("start", ">", start - LONGEST_VISIT),
            ("stop", ">", start),
        ]
    )
