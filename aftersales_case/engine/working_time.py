"""Working time of one calendar: values in, values out, no ORM.

Moments are naive UTC, durations whole seconds. Intervals are half-open ``[start, end)``.
A due moment is the *earliest* one at which so much work was done (closing time, not the
next opening), a warning before it the *latest* one (opening, not the evening before).
"""

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta, timezone
from itertools import accumulate

import pytz
from dateutil.relativedelta import relativedelta

EPOCH = datetime(1970, 1, 1)
SECONDS_OF_DAY = 86400
# How far to look ahead, the next one when there was too little working time.
HORIZONS = tuple(timedelta(days=days) for days in (400, 800, 1600, 5 * 366))


class WorkingTimeError(Exception):
    """No answer can be given for a calendar; the message is for people."""


class NoWorkingTime(WorkingTimeError):
    """There is too little working time in the intervals given."""


class WorkingTime:
    """Answers in the logarithm of the number of intervals."""

    def __init__(self, intervals, timezone_name="UTC"):
        """Take the intervals of a calendar.

        :param intervals: (start, end) pairs, sorted; they may touch or overlap
        :param timezone_name: the calendar's, in which its days begin and end
        """
        self._zone = pytz.timezone(timezone_name)
        merged = _merge(
            (_to_second(start), _to_second(end)) for start, end in intervals
        )
        self._starts = [start for start, _end in merged]
        self._ends = [end for _start, end in merged]
        # Work done when an interval ends.
        self._done = list(accumulate(end - start for start, end in merged))
        self._dates = None

    @property
    def is_empty(self):
        return not self._starts

    # === Hours === #

    def elapsed(self, start, end, pauses=()):
        """Return the working seconds between two moments.

        :param pauses: (start, end) pairs in any order, which may overlap
        """
        first, last = _seconds(start), _seconds(end)
        if last <= first:
            return 0
        if not pauses:
            return self._between(first, last)
        paused = sum(
            self._between(max(begin, first), min(until, last))
            for begin, until in _tidy(pauses)
            if begin < last and until > first
        )
        return self._between(first, last) - paused

    def due(self, start, seconds, pauses=()):
        """Return the first moment at which so much work was done since a start.

        :param pauses: (start, end) pairs in any order; what lies before the start, or
            begins at the due moment or later, moves nothing
        :raises ValueError: for less than one second
        :raises NoWorkingTime: when the intervals end before
        """
        if seconds < 1:
            raise ValueError(seconds)
        first = _seconds(start)
        target = self._position(first) + seconds
        return _moment(self._moved(first, self._at(target), target, pauses))

    def opening(self, moment):
        """Return the first moment at or after another at which somebody works.

        :raises NoWorkingTime: when the intervals end before
        """
        return _moment(self._opening(_seconds(moment)))

    def before(self, moment, seconds):
        """Return the last moment at which so much work is still ahead of another.

        :raises NoWorkingTime: when the intervals begin after
        """
        target = self._position(_seconds(moment)) - seconds
        index = bisect_right(self._done, target)
        if target < 0 or index == len(self._done):
            raise NoWorkingTime
        return _moment(self._inside(index, target))

    # === Days === #

    def after_days(self, start, days, pauses=()):
        """Return the same local time on the n-th working day after a start's.

        A start outside working time counts from the next opening. Where nobody works at
        that time it is that day's next opening, else its end. Pauses move it by the
        working time they took.

        :raises NoWorkingTime: when the intervals end before
        """
        first = self._opening(_seconds(start))
        local = self._local(first)
        day = self._day(local.date(), days)
        return self._moved_day(start, self._on(day, local.time()), pauses)

    def end_of_day(self, start, days, pauses=()):
        """Return when the n-th working day after a start's ends; 0 is the same day.

        :raises NoWorkingTime: when the intervals end before
        """
        first = self._opening(_seconds(start))
        day = self._day(self._local(first).date(), days)
        return self._moved_day(start, self._dates[day][-1][1], pauses)

    def before_days(self, moment, days):
        """Return the same local time on the n-th working day before a moment's.

        :raises NoWorkingTime: when the intervals begin after
        """
        last = self._closing(_seconds(moment))
        local = self._local(last)
        return _moment(self._on(self._day(local.date(), -days), local.time()))

    # === Calendar days === #

    def end_of_date(self, start, days=0, months=0, is_rolled=False):
        """Return 23:59:59 local time of a day so many days and months after a start's.

        The day of the start does not count. A month later is the same number, or the
        month's last day (Regulation 1182/71 art. 3). Pauses are nothing to it.

        :param is_rolled: whether a last day without work moves to the next working day
        :raises NoWorkingTime: when it is rolled and the intervals end before
        """
        day = self._local(_seconds(start)).date()
        day += relativedelta(months=months, days=days)
        if is_rolled:
            self._know_days()
            index = bisect_left(self._days, day)
            if index == len(self._days):
                raise NoWorkingTime
            day = self._days[index]
        return _moment(self._second(day + timedelta(days=1), datetime.min.time()) - 1)

    def get_day(self, moment):
        """Return when the local day of a moment begins and ends."""
        day, midnight = self._local(_seconds(moment)).date(), datetime.min.time()
        next_day = day + timedelta(days=1)
        return tuple(_moment(self._second(d, midnight)) for d in (day, next_day))

    def split_by_date(self, start, end):
        """Return ``[(local date, start, end)]``: a stretch of time, day by day."""
        return [
            (day, _moment(first), _moment(last))
            for day, first, last in self._split(_seconds(start), _seconds(end))
        ]

    # === Positions on the scale of work done === #

    def _position(self, second):
        """Return the work done until a moment."""
        index = bisect_right(self._starts, second) - 1
        if index < 0:
            return 0
        missing = self._ends[index] - second
        return self._done[index] - missing if missing > 0 else self._done[index]

    def _between(self, first, last):
        return self._position(last) - self._position(first)

    def _at(self, target):
        """Return the first moment at which so much work was done."""
        index = bisect_left(self._done, target)
        if index == len(self._done):
            raise NoWorkingTime
        return self._inside(index, target)

    def _inside(self, index, target):
        return self._ends[index] - (self._done[index] - target)

    def _moved(self, first, due, target, pauses):
        """Return a due moment moved by the working time that pauses took."""
        for begin, until in _tidy(pauses):
            if begin >= due:
                break
            taken = self._between(max(begin, first), until) if until > first else 0
            if taken:
                target += taken
                due = self._at(target)
        return due

    def _moved_day(self, start, due, pauses):
        moved = self._moved(_seconds(start), due, self._position(due), pauses)
        return _moment(moved)

    # === Working days === #

    def _opening(self, second):
        """Return the first working moment at or after another."""
        index = bisect_right(self._ends, second)
        if index == len(self._ends):
            raise NoWorkingTime
        return max(second, self._starts[index])

    def _closing(self, second):
        """Return the last moment at or before another at which work was done."""
        index = bisect_left(self._starts, second) - 1
        if index < 0:
            raise NoWorkingTime
        return min(second, self._ends[index])

    def _day(self, day, count):
        """Return the n-th working day after, or before, another; itself for 0."""
        self._know_days()
        index = bisect_left(self._days, day)
        if self._days[index : index + 1] != [day]:
            # A moment at midnight is the end of the day before.
            index -= 1
        if not 0 <= index + count < len(self._days):
            raise NoWorkingTime
        return self._days[index + count]

    def _know_days(self):
        if self._dates is None:
            self._dates = self._split_by_date()
            self._days = sorted(self._dates)

    def _split_by_date(self):
        """Return ``{local date: [(start, end)]}``: a night shift is two days' work."""
        dates = {}
        for start, end in zip(self._starts, self._ends, strict=True):
            for day, first, last in self._split(start, end):
                dates.setdefault(day, []).append((first, last))
        return dates

    def _split(self, first, last):
        """Yield a stretch of seconds, local date by local date."""
        while first < last:
            day = self._local(first).date()
            midnight = self._second(day + timedelta(days=1), datetime.min.time())
            until = min(last, midnight)
            yield day, first, until
            first = until

    def _on(self, day, time):
        """Return a local time of a working day, or what stands for it."""
        wanted = self._second(day, time)
        for start, end in self._dates[day]:
            if wanted <= end:
                return max(wanted, start)
        return self._dates[day][-1][1]

    def _local(self, second):
        return datetime.fromtimestamp(second, timezone.utc).astimezone(self._zone)

    def _second(self, day, time):
        """Return a local time as a moment: the later of two, shifted where missing."""
        naive = datetime.combine(day, time)
        local = self._zone.normalize(self._zone.localize(naive, is_dst=False))
        return int(local.timestamp())


def _seconds(moment):
    since = moment - EPOCH
    return since.days * SECONDS_OF_DAY + since.seconds


def _moment(second):
    return EPOCH + timedelta(seconds=second)


def _to_second(moment):
    """Return the whole second a bound means.

    Core writes midnight as 23:59:59.999999 and people end a holiday at 23:59:59, which
    would leave a second of work: second 59 is the next full minute.
    """
    second = _seconds(moment)
    return second + 1 if moment.second == 59 else second


def _merge(pairs):
    """Return sorted pairs without overlap, touch or emptiness."""
    merged = []
    for start, end in pairs:
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _tidy(pauses):
    if not pauses:
        return ()
    pairs = [(_seconds(start), _seconds(end)) for start, end in pauses]
    return _merge(sorted(pairs))
