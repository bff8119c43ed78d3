"""Calendars and examples of working time, that other systems publish and our own."""

from datetime import datetime, timedelta

import pytz

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


def read_moment(text, zone):
    """Return a local time, or one in UTC, as naive UTC."""
    is_utc = text.endswith("Z")
    text = text.rstrip("Z")
    naive = datetime.fromisoformat(text)
    if is_utc:
        return naive
    local = zone.normalize(zone.localize(naive, is_dst=False))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def get_intervals(name, around, holidays=(), days=150):
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
            found += [
                (_get_edge(day, a, zone), _get_edge(day, b, zone)) for a, b in slots
            ]
    return sorted(found)


def _get_edge(day, hour, zone):
    """Return an hour of a day as naive UTC; 24:00 as core has it, a µs early."""
    if hour == 24:
        return _get_edge(day + timedelta(days=1), 0, zone) - timedelta(microseconds=1)
    time = datetime(day.year, day.month, day.day) + timedelta(hours=hour)
    return read_moment(time.isoformat(), zone)
