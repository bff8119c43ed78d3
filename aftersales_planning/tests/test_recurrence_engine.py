from datetime import date, datetime

from odoo.tests import BaseCase, tagged

from ..engine.recurrence import (
    AFTER,
    BEFORE,
    SKIP,
    Occurrence,
    Pattern,
    RuleError,
    Terms,
    check_rule,
    days_between,
    local_day,
    moment,
    occurrences,
    read_rule,
    write_rule,
)

START = date(2026, 1, 1)  # a Thursday
ZONE = "Europe/Amsterdam"


def days(rule, last=date(2026, 12, 31), first=START, **terms):
    """Return the days of a rule as texts such as 31.1."""
    terms = Terms(**{"start": START, **terms})
    found = days_between(rule, terms, first, last)
    return [f"{day.day}.{day.month}." for day in found]


def never(day):
    return False


def weekend(day):
    return day.weekday() > 4


@tagged("post_install", "-at_install")
class TestRecurrenceEngine(BaseCase):
    """Days by rule: months of every length, seasons, closed days, clocks."""

    def test_patterns(self):
        """What a form asks becomes a rule."""
        for pattern, expected in (
            (Pattern("DAILY", 3), "FREQ=DAILY;INTERVAL=3"),
            (Pattern("WEEKLY", weekdays=("MO", "TH")), "FREQ=WEEKLY;BYDAY=MO,TH"),
            (Pattern("WEEKLY", 2), "FREQ=WEEKLY;INTERVAL=2"),
            (Pattern("MONTHLY", monthday=15), "FREQ=MONTHLY;BYMONTHDAY=15"),
            (
                Pattern("MONTHLY", monthday=31),
                "FREQ=MONTHLY;BYMONTHDAY=31,-1;BYSETPOS=1",
            ),
            (
                Pattern("MONTHLY", monthday=31, short_months=False),
                "FREQ=MONTHLY;BYMONTHDAY=31",
            ),
            (
                Pattern("MONTHLY", 3, weekdays=("FR",), position=-1, count=4),
                "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR;COUNT=4",
            ),
            (
                Pattern("YEARLY", monthday=29, month=2),
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29,-1;BYSETPOS=1",
            ),
            (
                Pattern("YEARLY", month=5, weekdays=("MO",), position=2),
                "FREQ=YEARLY;BYMONTH=5;BYDAY=2MO",
            ),
        ):
            with self.subTest(expected):
                rule = write_rule(pattern)
                self.assertEqual(rule, expected)
                self.assertEqual(check_rule(rule, START), expected)

    def test_last_days_of_months(self):
        """The 31st is the last day of shorter months, or they are left out."""
        table = [
            (31, True, ["31.1.", "28.2.", "31.3.", "30.4.", "31.5."]),
            (30, True, ["30.1.", "28.2.", "30.3.", "30.4.", "30.5."]),
            (29, True, ["29.1.", "28.2.", "29.3.", "29.4.", "29.5."]),
            (31, False, ["31.1.", "31.3.", "31.5."]),
            (29, False, ["29.1.", "29.3.", "29.4.", "29.5."]),
        ]
        for monthday, short, expected in table:
            with self.subTest(monthday=monthday, short=short):
                rule = write_rule(
                    Pattern("MONTHLY", monthday=monthday, short_months=short)
                )
                self.assertEqual(days(rule, date(2026, 5, 31)), expected)

    def test_leap_years(self):
        """A visit of the 29th of February comes every year, or every fourth."""
        span = {"first": date(2027, 1, 1), "last": date(2032, 12, 31)}
        pattern = Pattern("YEARLY", monthday=29, month=2)
        self.assertEqual(
            days(write_rule(pattern), **span),
            ["28.2.", "29.2.", "28.2.", "28.2.", "28.2.", "29.2."],
        )
        self.assertEqual(
            days("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", **span), ["29.2."] * 2
        )

    def test_ends(self):
        """An endless rule is asked up to a day; a count begins at the start."""
        last = date(2026, 1, 5)
        self.assertEqual(len(days("FREQ=DAILY", last)), 5)
        self.assertEqual(days("FREQ=DAILY;COUNT=2"), ["1.1.", "2.1."])
        self.assertEqual(days("FREQ=DAILY;COUNT=4", first=date(2026, 1, 4)), ["4.1."])
        self.assertEqual(days("FREQ=DAILY;UNTIL=20260102"), ["1.1.", "2.1."])
        self.assertEqual(days("FREQ=DAILY", until=date(2026, 1, 1)), ["1.1."])
        self.assertEqual(days("FREQ=DAILY", START, start=last), [])

    def test_paused(self):
        """A pause has a first and a last day, or stays open."""
        pause = {"paused_from": date(2026, 1, 2), "last": date(2026, 1, 5)}
        self.assertEqual(days("FREQ=DAILY", **pause), ["1.1."])
        self.assertEqual(
            days("FREQ=DAILY", **pause, paused_to=date(2026, 1, 3)),
            ["1.1.", "4.1.", "5.1."],
        )

    def test_season(self):
        """A season may go over New Year."""
        rule = "FREQ=MONTHLY;BYMONTHDAY=1"
        self.assertEqual(days(rule, season=(4, 6)), ["1.4.", "1.5.", "1.6."])
        self.assertEqual(days(rule, season=(11, 2)), ["1.1.", "1.2.", "1.11.", "1.12."])

    def test_closed_days(self):
        """A closed day moves a visit, or leaves it out."""
        rule = "FREQ=MONTHLY;BYMONTHDAY=1"  # 1 February and 1 March are Sundays
        for when_closed, expected in (
            (AFTER, [(1, 1), (2, 2), (3, 2), (4, 1)]),
            (BEFORE, [(1, 1), (1, 30), (2, 27), (4, 1)]),
            (SKIP, [(1, 1), (4, 1)]),
        ):
            with self.subTest(when_closed):
                terms = Terms(start=START, when_closed=when_closed)
                found = occurrences(rule, terms, START, date(2026, 4, 30), weekend)
                self.assertEqual(
                    [(one.on.month, one.on.day) for one in found], expected
                )

    def test_moved_keeps_its_name(self):
        """The day by the rule names an occurrence, wherever it went."""
        terms = Terms(start=START, when_closed=BEFORE)
        on = date(2026, 1, 30)
        found = occurrences("FREQ=MONTHLY;BYMONTHDAY=1", terms, on, on, weekend)
        self.assertEqual(found, [Occurrence(date(2026, 2, 1), on)])

    def test_moved_onto_another(self):
        """Two visits of one agreement are never moved onto one day."""
        terms = Terms(start=START, when_closed=AFTER)
        found = occurrences("FREQ=DAILY", terms, START, date(2026, 1, 6), weekend)
        self.assertEqual([one.on.day for one in found], [1, 2, 5, 6])
        self.assertEqual([one.day.day for one in found], [1, 2, 5, 6])
        twice = "FREQ=WEEKLY;BYDAY=SA,SU"
        found = occurrences(twice, terms, START, date(2026, 1, 6), weekend)
        self.assertEqual([(one.day.day, one.on.day) for one in found], [(3, 5)])

    def test_always_closed(self):
        """Without an open day near, people decide."""
        terms = Terms(start=START, when_closed=AFTER)
        found = occurrences("FREQ=DAILY", terms, START, START, lambda day: True)
        self.assertEqual(found, [Occurrence(START, START)])

    def test_read(self):
        """What people paste is kept in one form."""
        for text, expected in (
            ("rrule: freq=weekly; byday=mo,we", "FREQ=WEEKLY;BYDAY=MO,WE"),
            ("FREQ=DAILY;UNTIL=20261231T235959Z", "FREQ=DAILY;UNTIL=20261231"),
            ("FREQ=MONTHLY;BYDAY=-1FR;WKST=SU;", "FREQ=MONTHLY;BYDAY=-1FR;WKST=SU"),
        ):
            self.assertEqual(read_rule(text), expected)

    def test_refused(self):
        """No rule of seconds, none of hours, none without sense, none that hangs."""
        for text, why in (
            ("", "part"),
            ("every monday", "part"),
            ("INTERVAL=2", "frequency"),
            ("FREQ=SECONDLY", "frequency"),
            ("FREQ=MINUTELY", "frequency"),
            ("FREQ=HOURLY;COUNT=2", "frequency"),
            ("FREQ=DAILY;FREQ=DAILY", "part"),
            ("FREQ=DAILY;BYHOUR=9", "time"),
            ("FREQ=DAILY;BYEASTER=0", "time"),
            ("FREQ=DAILY;DTSTART=20260101", "part"),
            ("FREQ=DAILY\nEXDATE:20260101", "frequency"),
            ("FREQ=DAILY;INTERVAL=0", "number"),
            ("FREQ=DAILY;INTERVAL=-1", "number"),
            ("FREQ=DAILY;INTERVAL=1,2", "part"),
            ("FREQ=DAILY;INTERVAL=99999999999999999999", "part"),
            ("FREQ=DAILY;COUNT=0", "number"),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "number"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "number"),
            ("FREQ=MONTHLY;BYMONTH=13", "number"),
            ("FREQ=WEEKLY;BYDAY=XX", "part"),
            ("FREQ=WEEKLY;BYDAY=0MO", "part"),
            ("FREQ=DAILY;UNTIL=20261345", "part"),
            ("FREQ=DAILY;UNTIL=tomorrow", "part"),
            ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "both_ends"),
            ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never"),
            ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", "never"),
            ("FREQ=DAILY;UNTIL=20200101", "never"),
        ):
            with self.subTest(text), self.assertRaises(RuleError) as refused:
                check_rule(text, START)
            self.assertEqual(refused.exception.why, why, text)

    def test_over_both_changes_of_clocks(self):
        """Nine o'clock stays nine o'clock at the place, whatever that is in UTC."""
        for day, hour in (
            (date(2026, 3, 28), 8),
            (date(2026, 3, 29), 7),
            (date(2026, 10, 24), 7),
            (date(2026, 10, 25), 8),
        ):
            self.assertEqual(
                moment(day, 9, ZONE), datetime(day.year, day.month, day.day, hour)
            )

    def test_hours_that_are_missing_or_come_twice(self):
        self.assertEqual(
            moment(date(2026, 3, 29), 2.5, ZONE), datetime(2026, 3, 29, 1, 30)
        )
        self.assertEqual(
            moment(date(2026, 10, 25), 2.5, ZONE), datetime(2026, 10, 25, 1, 30)
        )
        self.assertEqual(moment(date(2026, 1, 1), 24, ZONE), datetime(2026, 1, 1, 23))

    def test_local_day(self):
        """It is tomorrow in Auckland already."""
        late = datetime(2026, 6, 1, 23, 30)
        self.assertEqual(local_day(late, "Pacific/Auckland"), date(2026, 6, 2))
        self.assertEqual(local_day(late, "America/New_York"), date(2026, 6, 1))
