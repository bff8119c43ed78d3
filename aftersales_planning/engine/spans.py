"""Spans of time: pairs ``(start, stop)`` of naive UTC moments, half-open.

Lists of spans are sorted and do not overlap, unless a function says otherwise.
"""

from datetime import datetime, timedelta

import pytz


class MissingHour(Exception):
    """The clock jumps over this local time, so that nobody can be anywhere then."""


def tidy(spans):
    """Return spans of any order sorted, those that touch joined, the empty left out."""
    merged = []
    for start, stop in sorted(spans):
        if stop <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def clip(spans, start, stop):
    """Return what of the spans lies between two moments."""
    return [
        (max(begin, start), min(end, stop))
        for begin, end in spans
        if begin < stop and end > start
    ]


def subtract(spans, others):
    """Return what is left of the spans without the others."""
    left = []
    for start, stop in spans:
        for begin, end in others:
            if begin >= stop:
                break
            if end <= start:
                continue
            if begin > start:
                left.append((start, begin))
            start = max(start, end)
        if start < stop:
            left.append((start, stop))
    return left


def length(spans):
    """Return the seconds of the spans together."""
    return sum((stop - start).total_seconds() for start, stop in spans)


def first_overlap(spans, start, stop):
    """Return the first span that shares time with another one, or None."""
    return next((s for s in spans if s[0] < stop and s[1] > start), None)


def local_day(moment, zone):
    """Return ``(date, start, stop)``: the local day of a moment.

    :param moment: naive UTC, likewise start and stop
    :param zone: name of a time zone
    """
    day = pytz.utc.localize(moment).astimezone(pytz.timezone(zone)).date()
    return day, *day_span(day, zone)


def day_span(day, zone):
    """Return when a local day begins and ends; it may have 23 or 25 hours."""
    return tuple(
        _to_utc(datetime(at.year, at.month, at.day), pytz.timezone(zone))
        for at in (day, day + timedelta(days=1))
    )


def local_moment(day, hours, zone):
    """Return a local time as naive UTC; of two that are called alike the first one.

    :param day: date
    :param hours: of the local clock, as 13.5
    :param zone: name of a time zone
    :raises MissingHour: when the clock jumps over it
    """
    zone = pytz.timezone(zone)
    naive = datetime(day.year, day.month, day.day)
    naive += timedelta(minutes=round(hours * 60))
    try:
        local = zone.localize(naive, is_dst=None)
    except pytz.NonExistentTimeError as error:
        raise MissingHour from error
    except pytz.AmbiguousTimeError:
        local = zone.localize(naive, is_dst=True)
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def to_spans(intervals):
    """Return what core calls intervals, (aware start, aware stop, …), as spans.

    Core's last microsecond of a day, and second 59 of people, mean the next minute.
    """
    return tidy((_to_naive(start), _to_naive(stop)) for start, stop, *_ in intervals)


def _to_naive(moment):
    naive = moment.astimezone(pytz.utc).replace(tzinfo=None)
    if naive.second == 59:
        naive = naive.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return naive


def _to_utc(naive, zone):
    # Where midnight is missing, the day begins when the clock has jumped.
    local = zone.normalize(zone.localize(naive, is_dst=False))
    return local.astimezone(pytz.utc).replace(tzinfo=None)
