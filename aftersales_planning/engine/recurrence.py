"""On which days a visit recurs: values in, values out, no ORM.

A rule is an RRULE text (RFC 5545) of days. Its dates are counted in local time and each
is turned into a moment by the zone of its place, so that nine o'clock stays nine o'clock
over the changes of clocks. Rules may be endless: dates are asked for up to a day.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

import pytz
from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# What a rule may say besides how often, with the bounds of its numbers.
_NUMBERS = {
    "INTERVAL": (1, 1000),
    "COUNT": (1, 10000),
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYSETPOS": (-366, 366),
}
_ONE_NUMBER = ("INTERVAL", "COUNT")
_DAY = re.compile(r"^([+-]?[1-9][0-9]?)?(MO|TU|WE|TH|FR|SA|SU)$")
_UNTIL = re.compile(r"^([0-9]{8})(T[0-9]{6}Z?)?$")
# A rule that comes to no day within these years comes to none.
_LONGEST = relativedelta(years=11)
# How far a closed day may move a visit.
FARTHEST = 31

KEEP, BEFORE, AFTER, SKIP = "keep", "before", "after", "skip"


class RuleError(Exception):
    """A rule that cannot be followed; ``why`` is a key, ``part`` what it is about."""

    def __init__(self, why, part=""):
        super().__init__(why, part)
        self.why, self.part = why, part


@dataclass(frozen=True)
class Pattern:
    """How often something recurs, as a form asks it."""

    frequency: str
    interval: int = 1
    weekdays: tuple = ()  # of DAYS; weekly
    monthday: int = 0  # 1 to 31; monthly and yearly
    month: int = 0  # yearly
    position: int = 0  # 1 to 4, -1 for the last; with one weekday, instead of monthday
    short_months: bool = True  # the last day of months that lack the day
    count: int = 0


@dataclass(frozen=True)
class Terms:
    """When a rule holds, and what becomes of a day that does not suit."""

    start: date
    until: date | None = None
    paused_from: date | None = None
    paused_to: date | None = None
    season: tuple | None = None  # (first month, last month), over New Year as well
    when_closed: str = KEEP


@dataclass(frozen=True)
class Occurrence:
    """One time that something recurs."""

    day: date  # by the rule: its name
    on: date  # when it is done


def write_rule(pattern):
    """Return the RRULE text of a pattern."""
    parts = [f"FREQ={pattern.frequency}"]
    if pattern.interval > 1:
        parts.append(f"INTERVAL={pattern.interval}")
    parts += _write_days(pattern)
    if pattern.count:
        parts.append(f"COUNT={pattern.count}")
    return ";".join(parts)


def _write_days(pattern):
    if pattern.frequency == "DAILY":
        return []
    if pattern.frequency == "WEEKLY":
        return [f"BYDAY={','.join(pattern.weekdays)}"] if pattern.weekdays else []
    month = [f"BYMONTH={pattern.month}"] if pattern.frequency == "YEARLY" else []
    if pattern.position:
        return [*month, f"BYDAY={pattern.position}{pattern.weekdays[0]}"]
    if pattern.monthday > 28 and pattern.short_months:
        return [*month, f"BYMONTHDAY={pattern.monthday},-1", "BYSETPOS=1"]
    return [*month, f"BYMONTHDAY={pattern.monthday}"]


def read_rule(text):
    """Return a rule as it is kept: ``NAME=VALUE`` in capitals, each once.

    :raises RuleError: for what is no rule of days
    """
    text = re.sub(r"\s", "", text or "").upper().removeprefix("RRULE:")
    parts = {}
    for part in text.strip(";").split(";"):
        name, mark, value = part.partition("=")
        if not mark or not value or name in parts:
            raise RuleError("part", part)
        parts[name] = _read_part(name, value)
    if "FREQ" not in parts:
        raise RuleError("frequency")
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleError("both_ends")
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _read_part(name, value):
    if name == "FREQ":
        if value not in FREQUENCIES:
            raise RuleError("frequency", value)
    elif name in _NUMBERS:
        _check_numbers(name, value)
    elif name == "BYDAY":
        if not all(map(_DAY.match, value.split(","))):
            raise RuleError("part", f"{name}={value}")
    elif name == "UNTIL":
        return _read_until(value)
    elif name != "WKST" or value not in DAYS:
        raise RuleError("time" if name.startswith("BY") else "part", name)
    return value


def _check_numbers(name, value):
    smallest, largest = _NUMBERS[name]
    numbers = value.split(",")
    if len(numbers) > 1 and name in _ONE_NUMBER:
        raise RuleError("part", f"{name}={value}")
    for number in numbers:
        if not re.match(r"^[+-]?[0-9]{1,5}$", number):
            raise RuleError("part", f"{name}={value}")
        if not int(number) or not smallest <= int(number) <= largest:
            raise RuleError("number", f"{name}={value}")


def _read_until(value):
    """Return the last day alone: visits recur on days, to their end."""
    found = _UNTIL.match(value)
    try:
        datetime.strptime(found[1] if found else value, "%Y%m%d")
    except ValueError:
        raise RuleError("part", f"UNTIL={value}") from None
    return found[1]


def check_rule(text, start):
    """Return a rule as it is kept, having looked that it comes to a day at all.

    :raises RuleError: when it cannot be followed
    """
    rule = read_rule(text)
    if next(_iterate(rule, start, start + _LONGEST), None) is None:
        raise RuleError("never")
    return rule


def days_between(rule, terms, first, last):
    """Return the days of a rule from one day to another, ends included.

    :param rule: as ``read_rule`` returns it; ``COUNT`` counts from the start of the terms
    """
    if terms.until:
        last = min(last, terms.until)
    return [
        day
        for day in _iterate(rule, terms.start, last)
        if day >= first and _fits(terms, day)
    ]


def _iterate(rule, start, last):
    """Yield the days of a rule, bounded: an endless one, or one that never comes, ends."""
    parts = dict(part.split("=") for part in rule.split(";"))
    until = parts.get("UNTIL")
    if until:
        last = min(last, datetime.strptime(until, "%Y%m%d").date())
    if last < start:
        return
    # Without a last day it would look for days until the year 9999.
    count = int(parts.pop("COUNT", 0)) or None
    parts["UNTIL"] = last.strftime("%Y%m%d")
    text = ";".join("=".join(part) for part in parts.items())
    moments = rrulestr(text, dtstart=datetime.combine(start, time.min))
    for found in islice(moments, count):
        yield found.date()


def _fits(terms, day):
    """Say whether something recurs on a day that the rule names."""
    pause = (terms.paused_from or date.max, terms.paused_to or date.max)
    if pause[0] <= day <= pause[1]:
        return False
    if not terms.season:
        return True
    first, last = terms.season
    if first <= last:
        return first <= day.month <= last
    return day.month >= first or day.month <= last


def occurrences(rule, terms, first, last, is_closed):
    """Return the occurrences that are done from one day to another, ends included.

    What a closed day moves onto a day that has an occurrence already is left out.

    :param is_closed: function that says of a day whether nobody works on it; asked for
        at most twice ``FARTHEST`` days around
    """
    around = timedelta(days=FARTHEST)
    days = days_between(rule, terms, first - around, last + around)
    taken = {day for day in days if _move(day, terms, is_closed) == day}
    found = []
    for day in days:
        on = _move(day, terms, is_closed)
        if on is None or (on != day and on in taken):
            continue
        taken.add(on)
        if first <= on <= last:
            found.append(Occurrence(day, on))
    return found


def _move(day, terms, is_closed):
    """Return the day on which a visit is made, or None when it is left out.

    One that finds no open day near stays where it is: people decide.
    """
    if terms.when_closed == KEEP or not is_closed(day):
        return day
    if terms.when_closed == SKIP:
        return None
    step = timedelta(days=-1 if terms.when_closed == BEFORE else 1)
    other = day
    for _day in range(FARTHEST):
        other += step
        if not is_closed(other):
            return other
    return day


def moment(day, hours, zone):
    """Return a local time of day as naive UTC.

    An hour that does not exist on that day becomes the next one; of an hour that comes
    twice it is the later.

    :param hours: hours since midnight, such as 8.5
    :param zone: name of a time zone
    """
    zone = pytz.timezone(zone)
    naive = datetime.combine(day, time.min) + timedelta(minutes=round(hours * 60))
    local = zone.normalize(zone.localize(naive, is_dst=False))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def local_day(moment, zone):
    """Return the day that it is in a zone at a naive UTC moment."""
    return pytz.utc.localize(moment).astimezone(pytz.timezone(zone)).date()
