"""Which law holds for a case: values in, values out, no ORM.

Of several that fit, that of the country goes before that of a group of countries, and
that before what holds anywhere; then one for such customers before one for anybody.
"""

from datetime import date
from typing import NamedTuple


class Law(NamedTuple):
    """One legal term as far as matching goes.

    :param remedy: id of what is asked for
    :param country: id, or None
    :param group: ids of the countries of a group, or None; without both it is anywhere
    :param kind: of customer, or None for anybody
    :param first: first day of the report, ``last`` the last one; None is open
    """

    key: int
    remedy: int
    country: int | None = None
    group: frozenset | None = None
    kind: str | None = None
    first: date | None = None
    last: date | None = None

    @property
    def rank(self):
        """The smaller, the sooner it holds."""
        place = 0 if self.country else 1 if self.group is not None else 2
        return place, self.kind is None

    def is_on(self, day):
        """Say whether it holds for what is reported on a day.

        :param day: local date; its first and its last day count
        """
        return (self.first or day) <= day <= (self.last or day)


def find(laws, country, kind, day):
    """Return ``{remedy: key}`` of the laws that hold for a case, one for each remedy.

    :param country: id, None where nobody knows it
    :param kind: of customer, likewise
    :param day: local date of the report
    """
    fitting = [
        law
        for law in laws
        if law.country in (None, country)
        and (law.group is None or country in law.group)
        and law.kind in (None, kind)
        and law.is_on(day)
    ]
    found = {}
    for law in sorted(fitting, key=lambda law: (law.rank, law.key)):
        found.setdefault(law.remedy, law.key)
    return found


def is_tied(one, other):
    """Say whether two laws may hold for the same case, and nothing says which one."""
    if (one.remedy, one.rank, one.kind) != (other.remedy, other.rank, other.kind):
        return False
    if one.country != other.country:
        return False
    if one.group is not None and not one.group & other.group:
        return False
    first = max(one.first or date.min, other.first or date.min)
    return first <= min(one.last or date.max, other.last or date.max)
