from decimal import Decimal

import pytz

from odoo.tests import BaseCase

from odoo.addons.aftersales_case.engine.working_time import WorkingTime
from odoo.addons.aftersales_case.tests.working_times import (
    CALENDARS,
    get_intervals,
    read_moment,
)

from ..engine.penalty import (
    BREACH,
    DAY,
    HOUR,
    Claim,
    allocate,
    get_late,
    get_most,
    round_to,
    take_percent,
    to_decimal,
)

# Worked with a pencil. S: Mon-Fri 09:00-17:00 Amsterdam, U: round the clock, K: the same in
# Berlin. 4 June 2026 is a Thursday, 28 February 2028 a Monday of a leap year.
# id, calendar, per, grace in hours, due, done, pauses, holidays, units
LATENESS = [
    ("in time", "S", BREACH, 0, "2026-06-04 15:00", "2026-06-04 15:00", [], [], 0),
    ("a second", "S", BREACH, 0, "2026-06-04 15:00", "2026-06-04 15:00:01", [], [], 1),
    ("in grace", "S", BREACH, 2, "2026-06-04 15:00", "2026-06-04 17:00", [], [], 0),
    ("at night", "S", BREACH, 2, "2026-06-04 15:00", "2026-06-05 08:00", [], [], 0),
    (
        "after grace",
        "S",
        BREACH,
        2,
        "2026-06-04 15:00",
        "2026-06-05 09:00:01",
        [],
        [],
        1,
    ),
    ("an hour", "S", HOUR, 0, "2026-06-04 15:00", "2026-06-04 16:00", [], [], 1),
    (
        "started hour",
        "S",
        HOUR,
        0,
        "2026-06-04 15:00",
        "2026-06-04 16:00:01",
        [],
        [],
        2,
    ),
    ("weekend", "S", HOUR, 0, "2026-06-05 16:00", "2026-06-08 09:30", [], [], 2),
    ("closed", "S", HOUR, 0, "2026-06-05 17:00", "2026-06-06 10:00", [], [], 0),
    (
        "paused",
        "S",
        HOUR,
        0,
        "2026-06-04 15:00",
        "2026-06-04 17:00",
        [("2026-06-04 15:30", "2026-06-04 16:30")],
        [],
        1,
    ),
    (
        "hour of grace",
        "S",
        HOUR,
        0.5,
        "2026-06-04 15:00",
        "2026-06-04 16:00",
        [],
        [],
        1,
    ),
    (
        "holiday",
        "S",
        HOUR,
        0,
        "2026-06-03 15:00",
        "2026-06-05 11:00",
        [],
        ["2026-06-04"],
        4,
    ),
    ("night shift", "U", HOUR, 0, "2026-06-06 23:30", "2026-06-07 01:00", [], [], 2),
    ("summer time", "K", HOUR, 0, "2016-03-26 22:00", "2016-03-27 10:00", [], [], 11),
    ("a day", "S", DAY, 0, "2026-06-04 15:00", "2026-06-05 15:00", [], [], 1),
    ("started day", "S", DAY, 0, "2026-06-04 15:00", "2026-06-05 15:00:01", [], [], 2),
    ("over Sunday", "S", DAY, 0, "2026-06-05 15:00", "2026-06-08 10:00", [], [], 1),
    ("two days", "S", DAY, 0, "2026-06-04 16:30", "2026-06-08 16:30", [], [], 2),
    ("day of grace", "S", DAY, 8, "2026-06-04 15:00", "2026-06-05 15:00", [], [], 0),
    ("leap month", "S", DAY, 0, "2028-02-28 15:00", "2028-03-01 15:00", [], [], 2),
    ("no leap year", "S", DAY, 0, "2027-02-26 15:00", "2027-03-01 15:00", [], [], 1),
]
# id, basis, percentage, units, step of the currency, amount
AMOUNTS = [
    ("half a cent up", "449.95", "5", 2, "0.01", "45.00"),
    ("goods", "2532.33", "2.5", 1, "0.01", "63.31"),
    ("zero basis", "0", "5", 3, "0.01", "0.00"),
    ("to five centimes", "1000", "3.333", 1, "0.05", "33.35"),
    ("to the yen", "99", "2.5", 1, "1", "2"),
    ("a third of a percent", "300", "0.333", 3, "0.01", "3.00"),
]
JUNE, JULY = ("month", "June"), ("month", "July")
A, B = ("case", "A"), ("case", "B")
# id, claims (amount, buckets), caps, what is due
LIMITS = [
    ("no limit", [(100, [A]), (50, [B])], {}, [100, 50]),
    ("per case", [(100, [A]), (100, [A]), (100, [A])], {A: 250}, [100, 100, 50]),
    (
        "per month over cases",
        [(150, [A, JUNE]), (150, [B, JUNE])],
        {JUNE: 200},
        [150, 50],
    ),
    ("two at once", [(80, [A, JUNE]), (80, [B, JUNE])], {JUNE: 80}, [80, 0]),
    (
        "the first one grows",
        [(180, [A, JUNE]), (150, [B, JUNE])],
        {JUNE: 200},
        [180, 20],
    ),
    (
        "another month",
        [(150, [A, JUNE]), (150, [B, JULY])],
        {JUNE: 100, JULY: 200},
        [100, 150],
    ),
    (
        "of a case over two months",
        [(60, [A, JUNE]), (60, [A, JULY]), (60, [B, JULY])],
        {A: 100, JULY: 70},
        [60, 40, 30],
    ),
    (
        "what a month refuses is left for the case",
        [(60, [A, JUNE]), (60, [A, JULY])],
        {A: 100, JUNE: 10},
        [10, 60],
    ),
    ("cents", [("0.03", [A]), ("0.03", [A])], {A: "0.05"}, ["0.03", "0.02"]),
]
# id, what a claim grows to (None: for ever), granted, what is left, at most
MOST = [
    ("one more hour", 30, 20, {A: 100}, 30),
    ("as far as the case goes", None, 20, {A: 100}, 120),
    ("as far as both go", None, 20, {A: 100, JUNE: 15}, 35),
    ("nothing left", 30, 20, {A: 0}, 20),
    ("without an end", None, 20, {}, None),
]


class TestPenaltyEngine(BaseCase):
    """The accountant's examples: lateness, amounts, limits."""

    def test_lateness(self):
        for name, calendar, per, grace, due, done, pauses, holidays, units in LATENESS:
            with self.subTest(name):
                zone = pytz.timezone(CALENDARS[calendar][0])
                due, done, *pauses = (
                    read_moment(text, zone)
                    for text in (due, done, *(text for pair in pauses for text in pair))
                )
                time = WorkingTime(get_intervals(calendar, due, holidays), zone.zone)
                pairs = list(zip(pauses[::2], pauses[1::2], strict=True))
                late = get_late(per, time, time, due, done, pairs, int(grace * 3600))
                self.assertEqual(late.units, units)

    def test_next_step(self):
        """The next step is the second in which it costs more, and not one before."""
        zone = pytz.timezone("Europe/Amsterdam")
        due = read_moment("2026-06-04 15:00", zone)
        time = WorkingTime(get_intervals("S", due), zone.zone)
        expected = {
            BREACH: ("2026-06-04 15:00:01", None),
            HOUR: ("2026-06-04 15:00:01", "2026-06-04 16:00:01"),
            DAY: ("2026-06-04 15:00:01", "2026-06-05 15:00:01"),
        }
        for per, (first, second) in expected.items():
            with self.subTest(per):
                late = get_late(per, time, time, due, due)
                self.assertEqual(late.units, 0)
                self.assertEqual(late.next_at, read_moment(first, zone))
                late = get_late(per, time, time, due, late.next_at)
                self.assertEqual(late.units, 1)
                following = second and read_moment(second, zone)
                self.assertEqual(late.next_at, following)

    def test_amounts(self):
        for name, basis, percent, units, step, amount in AMOUNTS:
            with self.subTest(name):
                unit = take_percent(float(basis), float(percent))
                found = round_to(unit * units, Decimal(step))
                self.assertEqual(found, Decimal(amount))

    def test_limits(self):
        for name, claims, caps, due in LIMITS:
            with self.subTest(name):
                granted, _left = allocate(
                    [
                        Claim(number, to_decimal(amount), tuple(buckets))
                        for number, (amount, buckets) in enumerate(claims)
                    ],
                    {bucket: to_decimal(cap) for bucket, cap in caps.items()},
                )
                self.assertEqual(
                    [granted[number] for number in range(len(claims))],
                    [to_decimal(amount) for amount in due],
                )

    def test_at_most(self):
        for name, amount, granted, left, most in MOST:
            with self.subTest(name):
                claim = Claim(1, Decimal(granted), tuple(left))
                amount = amount and Decimal(amount)
                left = {bucket: Decimal(cap) for bucket, cap in left.items()}
                self.assertEqual(get_most(claim, amount, Decimal(granted), left), most)


class TestPenaltyRounding(BaseCase):
    def test_floats_are_read_as_written(self):
        """0.1 and 0.2 are 0.3: no float takes part in the arithmetic."""
        self.assertEqual(to_decimal(0.1) + to_decimal(0.2), Decimal("0.3"))
