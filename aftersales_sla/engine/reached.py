"""How well promises were kept: values in, values out, no ORM."""


def get_percent(met, missed):
    """Return how many of a hundred were kept, of those that are decided; None of none.

    To a tenth, rounded down: what is just below a goal must not look like it.
    """
    decided = met + missed
    return 1000 * met // decided / 10 if decided else None
