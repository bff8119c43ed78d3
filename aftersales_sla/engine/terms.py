"""Terms: so much time of one unit, from a start to the moment at which it is due."""

from datetime import datetime
from typing import NamedTuple

from odoo.addons.aftersales_case.engine.working_time import WorkingTime

HOURS, DAYS, END_OF_DAY = "hours", "days", "end_of_day"
CALENDAR_DAYS, MONTHS = "calendar_days", "months"
WORKING_UNITS = (HOURS, DAYS, END_OF_DAY)
SECONDS_OF_HOUR = 3600

# Calendar units run through nights and holidays; so do what stands still meanwhile.
ALWAYS = WorkingTime([(datetime(1970, 1, 1), datetime(2200, 1, 1))])


class Term(NamedTuple):
    """How long something may take.

    :param quantity: hours may be broken, days and months are whole
    :param is_rolled: whether a last calendar day without work moves to the next with
    """

    quantity: float
    unit: str
    is_rolled: bool = False

    def get_measure(self, time):
        """Return the ``WorkingTime`` by which the term counts."""
        return time if self.unit in WORKING_UNITS else ALWAYS

    def get_due(self, time, start, pauses=()):
        """Return when it is due.

        :param time: ``WorkingTime`` of the calendar
        :param start: naive UTC
        :param pauses: (start, end) pairs that have ended; each moves what is due by the
            time it took, counted like the term, and without rounding to the day's end
        :raises NoWorkingTime: when the intervals of the calendar end before
        """
        if self.unit == HOURS:
            return time.due(start, round(self.quantity * SECONDS_OF_HOUR), pauses)
        count = int(self.quantity)
        if self.unit == DAYS:
            return time.after_days(start, count, pauses)
        if self.unit == END_OF_DAY:
            return time.end_of_day(start, count, pauses)
        name = "days" if self.unit == CALENDAR_DAYS else "months"
        due = time.end_of_date(start, is_rolled=self.is_rolled, **{name: count})
        return _move(start, due, pauses)

    def get_shifted(self, time, moment, pauses=()):
        """Return a moment this term before another, or after: negative is before.

        What lies before is the *latest* such moment (the opening, not the evening
        before), what lies after the *earliest*. Only hours and working days.

        :param pauses: (start, end) pairs that move what lies after
        :raises NoWorkingTime: when the intervals of the calendar end
        """
        if self.unit == DAYS:
            count = int(self.quantity)
            if count < 0:
                return time.before_days(moment, -count)
            return time.after_days(moment, count, pauses) if count else moment
        seconds = round(self.quantity * SECONDS_OF_HOUR)
        if seconds < 0:
            return time.before(moment, -seconds)
        return time.due(moment, seconds, pauses) if seconds else moment


def get_share(measure, start, due, share, pauses=()):
    """Return when a share of the time until something is due has passed: its warning.

    The latest such moment: at closing time it is the next opening.

    :param measure: ``WorkingTime`` by which it counts
    :param share: 0 < share < 1
    :param pauses: (start, end) pairs that have ended, and have moved what is due
    :returns: naive UTC, or None where no time lies between
    :raises NoWorkingTime: when the intervals of the calendar end before
    """
    seconds = round(measure.elapsed(start, due, pauses) * share)
    if seconds < 1:
        return None
    return measure.opening(measure.due(start, seconds, pauses))


def _move(start, due, pauses):
    """Return a due moment moved by what pauses took of real time."""
    seconds = ALWAYS.elapsed(start, due)
    return ALWAYS.due(start, seconds, pauses) if seconds > 0 else due
