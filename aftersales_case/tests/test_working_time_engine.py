import random
from datetime import date, datetime, timedelta

import pytz

from odoo.tests import BaseCase

from odoo.addons.aftersales_case.engine.working_time import NoWorkingTime, WorkingTime

from .working_times import (
    CALENDARS,
    DAYS,
    ELAPSED,
    HOURS,
    get_intervals,
    read_moment,
)


class TestWorkingTimeEngine(BaseCase):
    """Examples that other systems publish, and our own, by the id they have there."""

    def _clock(self, calendar, start, holidays=()):
        return WorkingTime(
            get_intervals(calendar, start, holidays), CALENDARS[calendar][0]
        )

    def _rows(self, table):
        """Yield the rows of a table, texts and pairs of texts read as moments."""
        for row in table:
            zone = pytz.timezone(CALENDARS[row[1]][0])
            with self.subTest(row[0]):
                yield tuple(self._read(value, zone) for value in row)

    def _read(self, value, zone):
        if isinstance(value, str) and len(value) > 11:
            return read_moment(value, zone)
        if isinstance(value, list) and value and isinstance(value[0], tuple):
            return [(read_moment(a, zone), read_moment(b, zone)) for a, b in value]
        return value

    def test_hours(self):
        for name, calendar, start, hours, pauses, due, holidays in self._rows(HOURS):
            clock = self._clock(calendar, start, holidays)
            self.assertEqual(clock.due(start, int(hours * 3600), pauses), due, name)

    def test_days(self):
        for name, calendar, start, kind, days, pauses, due in self._rows(DAYS):
            clock = self._clock(calendar, start)
            ask = clock.after_days if kind == "time" else clock.end_of_day
            self.assertEqual(ask(start, days, pauses), due, name)

    def test_elapsed(self):
        for name, calendar, start, end, pauses, seconds, holidays in self._rows(
            ELAPSED
        ):
            clock = self._clock(calendar, start, holidays)
            self.assertEqual(clock.elapsed(start, end, pauses), seconds, name)

    def test_before(self):
        """A warning comes as late as it can: 8 h and two working days before."""
        zone = pytz.timezone("Europe/Paris")
        due = read_moment("2034-06-16 08:46:12", zone)
        clock = self._clock("D", due)
        wanted = read_moment("2034-06-15 11:16:12", zone)
        self.assertEqual(clock.before(due, 8 * 3600), wanted)
        # An hour before 09:30 on Tuesday is the opening, not Monday's end.
        tuesday = read_moment("2034-06-13 09:30", zone)
        self.assertEqual(
            clock.before(tuesday, 3600), read_moment("2034-06-13 08:30", zone)
        )
        evening = read_moment("2034-06-16 19:00", zone)
        self.assertEqual(
            clock.before_days(evening, 2), read_moment("2034-06-14 19:00", zone)
        )

    def test_end_of_the_same_day(self):
        """Day 0 is the day on which work goes on, also for a report after closing."""
        zone = pytz.timezone("Europe/Amsterdam")
        clock = self._clock("S", datetime(2026, 6, 5))
        for start, end in (
            ("2026-06-05 16:00", "2026-06-05 17:00"),
            ("2026-06-05 17:00", "2026-06-08 17:00"),
            ("2026-06-06 12:00", "2026-06-08 17:00"),
        ):
            with self.subTest(start):
                self.assertEqual(
                    clock.end_of_day(read_moment(start, zone), 0),
                    read_moment(end, zone),
                )

    def test_holes_of_a_second(self):
        """Neither 24:00 nor a holiday until 23:59:59 leaves a hole or a second."""
        midnight = datetime(2026, 3, 3)
        early = midnight - timedelta(microseconds=1)
        clock = WorkingTime(
            [
                (datetime(2026, 3, 2), early),
                (midnight - timedelta(seconds=1), early),
                (midnight, datetime(2026, 3, 3, 23, 59, 59)),
                (datetime(2026, 3, 4, 23, 59, 59), datetime(2026, 3, 5)),
            ]
        )
        self.assertEqual(clock.elapsed(datetime(2026, 3, 1), midnight), 86400)
        self.assertEqual(
            clock.elapsed(datetime(2026, 3, 1), datetime(2026, 3, 9)), 2 * 86400
        )

    def test_too_little(self):
        """Where the working time ends nothing is guessed."""
        clock = self._clock("S", datetime(2026, 6, 5))
        start = datetime(2026, 6, 5)
        with self.assertRaises(NoWorkingTime):
            clock.due(start, 9999 * 3600)
        with self.assertRaises(NoWorkingTime):
            clock.after_days(start, 999)
        with self.assertRaises(NoWorkingTime):
            clock.before(start, 9999 * 3600)
        with self.assertRaises(NoWorkingTime):
            WorkingTime([]).end_of_day(start, 0)
        with self.assertRaises(ValueError):
            clock.due(start, 0)
        self.assertEqual(WorkingTime([]).elapsed(start, datetime(2027, 1, 1)), 0)

    def test_against_counting_minutes(self):
        """Random spans and pauses give what stepping through the minutes gives."""
        draw = random.Random(20260302)
        for _round in range(60):
            name = draw.choice("ABDGJLMRST")
            zone = pytz.timezone(CALENDARS[name][0])
            day = date(2015, 1, 1) + timedelta(days=draw.randrange(4000))
            start = read_moment(
                f"{day} {draw.randrange(24):02}:{draw.randrange(60):02}", zone
            )
            pauses = []
            for _pause in range(draw.randrange(3)):
                begin = start + timedelta(minutes=draw.randrange(-300, 6000))
                pauses.append((begin, begin + timedelta(minutes=draw.randrange(3000))))
            minutes = draw.randrange(1, 1500)
            intervals = get_intervals(name, start, days=80)
            clock = WorkingTime(intervals, zone.zone)
            with self.subTest(calendar=name, start=start, minutes=minutes):
                due = _count_minutes(intervals, start, minutes, pauses)
                self.assertEqual(clock.due(start, minutes * 60, pauses), due)
                self.assertEqual(clock.elapsed(start, due, pauses), minutes * 60)


def _count_minutes(intervals, start, minutes, pauses):
    """Return when so many minutes were worked, by looking at each."""
    minute = timedelta(minutes=1)
    at = start
    while minutes:
        works = any(a <= at < b for a, b in intervals)
        rests = any(a <= at < b for a, b in pauses)
        minutes -= works and not rests
        at += minute
    return at
