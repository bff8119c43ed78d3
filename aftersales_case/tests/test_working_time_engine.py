import random
from datetime import date, datetime, timedelta

import pytz

from odoo.tests import BaseCase

from odoo.addons.aftersales_case.engine.working_time import NoWorkingTime, WorkingTime

WEEKDAYS, EVERY_DAY = range(5), range(7)
# Calendar: (time zone, {weekdays: [(from, to)]}), hours of the day
CALENDARS = {
    "A": ("Europe/Berlin", {WEEKDAYS: [(8, 18)]}),
    "B": ("Europe/Berlin", {EVERY_DAY: [(9, 18)]}),
    "C": ("Europe/Berlin", {WEEKDAYS: [(8, 20)]}),
    "D": ("Europe/Paris", {(0,): [(10.5, 19)], range(1, 5): [(8.5, 19)]}),
    "E": ("Europe/Paris", {WEEKDAYS: [(0, 24)]}),
    "F": ("Europe/Paris", {WEEKDAYS: [(8, 20)]}),
    "G": ("Asia/Kolkata", {WEEKDAYS: [(10, 18)]}),
    "H": ("Europe/Berlin", {WEEKDAYS: [(8, 21)]}),
    "J": ("Europe/Berlin", {WEEKDAYS: [(8, 13), (14, 18)]}),
    "K": ("Europe/Berlin", {EVERY_DAY: [(0, 24)]}),
    "L": ("America/Sao_Paulo", {EVERY_DAY: [(0, 24)]}),
    "M": ("Asia/Tehran", {EVERY_DAY: [(0, 24)]}),
    "N": ("Asia/Tehran", {WEEKDAYS: [(0, 24)]}),
    "R": (
        "Europe/Berlin",
        {(0,): [(22, 24)], (1, 2): [(0, 6), (22, 24)], (3,): [(0, 6)]},
    ),
    "S": ("Europe/Amsterdam", {WEEKDAYS: [(9, 17)]}),
    "T": ("Europe/Amsterdam", {range(4): [(9, 17)], (4,): [(9, 12)]}),
    "U": ("Europe/Amsterdam", {EVERY_DAY: [(0, 24)]}),
}
NEW_YEAR = ["01-01", "05-01", "12-24", "12-25", "12-26", "12-31"]
# id, calendar, start, pauses, expected, holidays. Local times, but those that end in Z.
HOURS = [
    ("Z03", "A", "2013-03-21 12:05Z", 2, [], "2013-03-21 14:05Z", []),
    (
        "Z04",
        "B",
        "2013-06-04 09:00Z",
        2,
        [
            ("2013-06-04 09:30Z", "2013-06-04 09:45Z"),
            ("2013-06-04 10:00Z", "2013-06-04 10:30Z"),
        ],
        "2013-06-04 11:45Z",
        [],
    ),
    ("Z12", "C", "2016-11-01 13:56:21Z", 20, [], "2016-11-03 15:00Z", ["2016-11-01"]),
    (
        "G02",
        "D",
        "2034-06-09 08:46:12",
        0.5,
        [
            ("2034-06-09 08:47:42", "2034-06-09 10:05:54"),
            ("2034-06-09 10:09:13", "2034-06-09 10:34:38"),
            ("2034-06-09 10:43:41", "2034-06-09 11:29:17"),
        ],
        "2034-06-09 11:45:25",
        [],
    ),
    (
        "G05",
        "D",
        "2034-06-05 10:00",
        4,
        [
            ("2034-06-05 11:00", "2034-06-07 09:30"),
            ("2034-06-07 10:00", "2034-06-08 09:00"),
        ],
        "2034-06-08 12:00",
        [],
    ),
    ("G12", "D", "2034-06-09 14:54:34", 10, [], "2034-06-12 16:24:34", []),
    ("G17", "D", "2034-06-21 18:00", 2, [], "2034-06-22 09:30", []),
    ("G25", "F", "2034-08-16 13:00", 2, [], "2034-08-16 15:00", []),
    ("F03", "G", "2026-06-08 20:00", 0.5, [], "2026-06-09 10:30", []),
    ("F05", "G", "2026-06-13 15:00", 72, [], "2026-06-25 18:00", []),
    ("F06", "G", "2026-06-12 17:00", 2, [], "2026-06-15 11:00", []),
    (
        "F10",
        "G",
        "2026-06-11 15:00",
        2,
        [("2026-06-11 15:30", "2026-06-11 16:30")],
        "2026-06-11 18:00",
        [],
    ),
    (
        "F11",
        "G",
        "2026-06-11 15:00",
        2,
        [("2026-06-11 15:30", "2026-06-11 16:30:01")],
        "2026-06-12 10:00:01",
        [],
    ),
    ("N03", "H", "2006-12-31 10:15", 11, [], "2007-01-02 19:00", NEW_YEAR),
    ("N09", "H", "2007-10-26 18:12:23", 18.5, [], "2007-10-30 10:42:23", NEW_YEAR),
    ("N11", "H", "2007-03-23 18:12:23", 18.5, [], "2007-03-27 10:42:23", NEW_YEAR),
    ("N30", "J", "2015-03-27 11:00Z", 15, [], "2015-03-31 07:00Z", NEW_YEAR),
    ("N32", "K", "2015-02-17 12:00", 2161, [], "2015-05-19 14:00", NEW_YEAR),
    ("N34", "L", "2015-10-17 22:00", 7, [], "2015-10-18 06:00", NEW_YEAR),
    ("N36", "M", "2015-03-21 12:00", 17, [], "2015-03-22 06:00", NEW_YEAR),
    ("N40", "J", "2016-02-01 12:25:30", 5, [], "2016-02-02 08:25:30", NEW_YEAR),
    ("N44", "N", "2016-03-20 00:00", 29, [], "2016-03-22 06:00", NEW_YEAR),
    ("S01", "R", "2026-10-19 23:00", 8, [], "2026-10-20 23:00", []),
    ("S05", "T", "2026-06-04 15:00", 8, [], "2026-06-08 12:00", []),
    ("S06", "T", "2026-06-04 15:00", 24, [], "2026-06-10 12:00", []),
    ("S10", "U", "2026-06-04 15:00", 24, [], "2026-06-05 15:00", []),
    (
        "S08",
        "S",
        "2026-06-03 10:00",
        4,
        [("2026-06-03 12:00", "2026-06-05 10:00")],
        "2026-06-05 12:00",
        ["2026-06-04"],
    ),
    (
        "S09",
        "S",
        "2026-06-03 10:00",
        4,
        [
            ("2026-06-03 11:00", "2026-06-03 12:30"),
            ("2026-06-03 12:00", "2026-06-03 13:00"),
        ],
        "2026-06-03 16:00",
        [],
    ),
]
TWO_STAYS = [
    ("2034-06-07 11:00", "2034-06-13 11:00"),
    ("2034-06-14 07:00", "2034-06-14 18:00"),
]
# id, calendar, start, "same time" or "end", days, pauses, expected
DAYS = [
    ("G07", "D", "2034-06-09 08:46:12", "time", 5, [], "2034-06-16 08:46:12"),
    ("G08", "D", "2034-06-09 08:46:12", "end", 5, [], "2034-06-16 19:00"),
    ("G09", "D", "2034-06-07 10:00", "time", 5, TWO_STAYS, "2034-06-21 09:00"),
    ("G10", "D", "2034-06-07 10:00", "end", 5, TWO_STAYS, "2034-06-21 18:00"),
    ("G15", "D", "2034-06-08 12:00", "time", 3, [], "2034-06-13 12:00"),
    ("G20", "E", "2018-11-19 10:00", "end", 7, [], "2018-11-29 00:00"),
    ("S02", "S", "2026-06-05 18:30", "time", 1, [], "2026-06-09 09:00"),
    ("S03", "S", "2026-06-05 18:30", "end", 1, [], "2026-06-09 17:00"),
    ("S07", "T", "2026-06-04 15:00", "time", 1, [], "2026-06-05 12:00"),
]
# id, calendar, start, until, pauses, seconds, holidays
ELAPSED = [
    (
        "Z06",
        "B",
        "2013-06-04 09:00Z",
        "2013-06-04 10:45Z",
        [("2013-06-04 10:00Z", "2013-06-04 10:30Z")],
        4500,
        [],
    ),
    (
        "Z08",
        "B",
        "2013-06-04 09:00Z",
        "2013-06-04 12:00Z",
        [
            ("2013-06-04 09:00Z", "2013-06-04 10:30Z"),
            ("2013-06-04 11:00Z", "2013-06-04 12:00Z"),
        ],
        1800,
        [],
    ),
    (
        "F13",
        "G",
        "2026-06-08 12:00",
        "2026-06-08 13:30",
        [("2026-06-08 12:30", "2026-06-08 13:00")],
        3600,
        [],
    ),
    (
        "F15",
        "G",
        "2026-06-11 17:30",
        "2026-06-15 13:00",
        [("2026-06-11 17:50", "2026-06-15 12:30")],
        3000,
        ["2026-06-12"],
    ),
    ("N22", "H", "2005-12-21 10:00", "2005-12-31 10:00", [], 320400, NEW_YEAR),
    ("N46", "K", "2016-03-26 22:24:39", "2016-03-28 23:24:39", [], 172800, []),
]


def _moment(text, zone):
    """Return a local time, or one in UTC, as naive UTC."""
    is_utc = text.endswith("Z")
    text = text.rstrip("Z")
    naive = datetime.fromisoformat(text)
    if is_utc:
        return naive
    local = zone.normalize(zone.localize(naive, is_dst=False))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def _intervals(name, around, holidays=(), days=150):
    """Return the intervals of a calendar around a moment, as core gives them."""
    zone_name, week = CALENDARS[name]
    zone = pytz.timezone(zone_name)
    found = []
    first = around.date() - timedelta(days=20)
    for day in (first + timedelta(days=n) for n in range(days)):
        if {day.isoformat(), day.strftime("%m-%d")} & {*holidays}:
            continue
        for weekdays, slots in week.items():
            if day.weekday() not in weekdays:
                continue
            found += [(_edge(day, a, zone), _edge(day, b, zone)) for a, b in slots]
    return sorted(found)


def _edge(day, hour, zone):
    """Return an hour of a day as naive UTC; 24:00 as core has it, a µs early."""
    if hour == 24:
        return _edge(day + timedelta(days=1), 0, zone) - timedelta(microseconds=1)
    time = datetime(day.year, day.month, day.day) + timedelta(hours=hour)
    return _moment(time.isoformat(), zone)


class TestWorkingTimeEngine(BaseCase):
    """Examples that other systems publish, and our own, by the id they have there."""

    def _clock(self, calendar, start, holidays=()):
        return WorkingTime(
            _intervals(calendar, start, holidays), CALENDARS[calendar][0]
        )

    def _rows(self, table):
        """Yield the rows of a table, texts and pairs of texts read as moments."""
        for row in table:
            zone = pytz.timezone(CALENDARS[row[1]][0])
            with self.subTest(row[0]):
                yield tuple(self._read(value, zone) for value in row)

    def _read(self, value, zone):
        if isinstance(value, str) and len(value) > 11:
            return _moment(value, zone)
        if isinstance(value, list) and value and isinstance(value[0], tuple):
            return [(_moment(a, zone), _moment(b, zone)) for a, b in value]
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
        due = _moment("2034-06-16 08:46:12", zone)
        clock = self._clock("D", due)
        wanted = _moment("2034-06-15 11:16:12", zone)
        self.assertEqual(clock.before(due, 8 * 3600), wanted)
        # An hour before 09:30 on Tuesday is the opening, not Monday's end.
        tuesday = _moment("2034-06-13 09:30", zone)
        self.assertEqual(clock.before(tuesday, 3600), _moment("2034-06-13 08:30", zone))
        evening = _moment("2034-06-16 19:00", zone)
        self.assertEqual(
            clock.before_days(evening, 2), _moment("2034-06-14 19:00", zone)
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
                    clock.end_of_day(_moment(start, zone), 0), _moment(end, zone)
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
            start = _moment(
                f"{day} {draw.randrange(24):02}:{draw.randrange(60):02}", zone
            )
            pauses = []
            for _pause in range(draw.randrange(3)):
                begin = start + timedelta(minutes=draw.randrange(-300, 6000))
                pauses.append((begin, begin + timedelta(minutes=draw.randrange(3000))))
            minutes = draw.randrange(1, 1500)
            intervals = _intervals(name, start, days=80)
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
