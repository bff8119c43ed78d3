"""The published examples, and our own, told as the story of a case to the engine."""

from datetime import datetime, timedelta

import pytz

from odoo.tests import BaseCase, tagged

from odoo.addons.aftersales_case.engine.working_time import WorkingTime
from odoo.addons.aftersales_case.tests.working_times import (
    CALENDARS,
    DAYS,
    ELAPSED,
    HOURS,
    TWO_STAYS,
    get_intervals,
    read_moment,
)

from ..engine import terms
from ..engine.clock import BREACHED, MET, RUNNING, Aim, Clock, replay
from ..engine.cycles import RESOLVED
from ..engine.levels import Step, get_moment
from ..engine.story import Moment, Story
from ..engine.terms import Term

SECOND = timedelta(seconds=1)
UNITS = {"time": terms.DAYS, "end": terms.END_OF_DAY}
# id, zone, start, term, due; local times of an office from Monday to Friday.
CALENDAR = [
    ("L01", "Europe/Warsaw", "2026-03-02 23:30", (14, "calendar_days"), "2026-03-16"),
    (
        "L03",
        "Europe/Warsaw",
        "2026-03-14 10:00",
        (14, "calendar_days", True),
        "2026-03-30",
    ),
    ("L05", "Europe/Berlin", "2026-01-31 09:00", (1, "months"), "2026-02-28"),
]


def _tell(start, pauses, solved=None):
    """Return the story of a case that waited for its customer meanwhile."""
    story = [(start, "open", None)]
    for first, last in pauses:
        story += [(first, "waiting", "customer"), (last, "open", None)]
    if solved:
        story.append((solved, "done", None))
    return Story(
        start,
        tuple(
            Moment(at, "stage", number, state, waiting)
            for number, (at, state, waiting) in enumerate(story)
        ),
    )


def _join(pauses):
    """Return pauses without overlap: a case is in one stage at a time."""
    joined = []
    for first, last in sorted(pauses):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


@tagged("post_install", "-at_install")
class TestClockTable(BaseCase):
    def _read(self, name, start, pauses, holidays=()):
        zone = pytz.timezone(CALENDARS[name][0])
        start = read_moment(start, zone)
        pauses = [tuple(read_moment(text, zone) for text in pair) for pair in pauses]
        time = WorkingTime(get_intervals(name, start, holidays), CALENDARS[name][0])
        return zone, start, _join(pauses), time

    def _check_due(self, story, term, time, due):
        """In time until the due moment and at it; missed the second after."""
        aim = Aim(RESOLVED, term, frozenset(["customer"]))
        [clock] = replay(story, aim, time, due)
        self.assertEqual((clock.state, clock.due, clock.left), (RUNNING, due, 0))
        [clock] = replay(story, aim, time, due + SECOND)
        self.assertEqual((clock.state, clock.breached_at), (BREACHED, due))
        solved = _tell(story.reported_at, _get_waits(story), due)
        [clock] = replay(solved, aim, time, due + timedelta(days=30))
        self.assertEqual((clock.state, clock.ended_at), (MET, due))

    def test_hours(self):
        for key, name, start, hours, pauses, due, holidays in HOURS:
            with self.subTest(key):
                zone, start, pauses, time = self._read(name, start, pauses, holidays)
                term = Term(hours, terms.HOURS)
                story = _tell(start, pauses)
                self._check_due(story, term, time, read_moment(due, zone))

    def test_days(self):
        for key, name, start, kind, days, pauses, due in DAYS:
            with self.subTest(key):
                zone, start, pauses, time = self._read(name, start, pauses)
                aim = Aim(RESOLVED, Term(days, UNITS[kind]), frozenset(["customer"]))
                due = read_moment(due, zone)
                [clock] = replay(_tell(start, pauses), aim, time, due)
                self.assertEqual((clock.state, clock.due), (RUNNING, due))
                [clock] = replay(_tell(start, pauses), aim, time, due + SECOND)
                self.assertEqual((clock.state, clock.breached_at), (BREACHED, due))

    def test_elapsed(self):
        for key, name, start, until, pauses, seconds, holidays in ELAPSED:
            with self.subTest(key):
                zone, start, pauses, time = self._read(name, start, pauses, holidays)
                aim = Aim(RESOLVED, Term(400, terms.HOURS), frozenset(["customer"]))
                story = _tell(start, pauses)
                [clock] = replay(story, aim, time, read_moment(until, zone))
                self.assertEqual(clock.elapsed, seconds)

    def test_paused(self):
        """G11: what two pauses took of the working time."""
        zone, start, pauses, time = self._read("D", "2034-06-07 10:00", TWO_STAYS)
        aim = Aim(RESOLVED, Term(5, terms.DAYS), frozenset(["customer"]))
        now = read_moment("2034-06-15 10:00", zone)
        [clock] = replay(_tell(start, pauses), aim, time, now)
        self.assertEqual(clock.paused, {"customer": 178200})

    def test_calendar_units(self):
        for key, zone_name, start, term, day in CALENDAR:
            with self.subTest(key):
                zone = pytz.timezone(zone_name)
                start = read_moment(start, zone)
                time = WorkingTime(get_intervals("S", start), zone_name)
                due = read_moment(f"{day} 23:59:59", zone)
                self._check_due(_tell(start, []), Term(*term), time, due)

    def test_shifted(self):
        """G13, G14: a level so long before the due moment."""
        for text, term, expected in (
            ("2034-06-16 08:46:12", Term(-8, terms.HOURS), "2034-06-15 11:16:12"),
            ("2034-06-16 19:00", Term(-2, terms.DAYS), "2034-06-14 19:00"),
        ):
            with self.subTest(text):
                zone, moment, _pauses, time = self._read("D", text, [])
                found = term.get_shifted(time, moment)
                self.assertEqual(found, read_moment(expected, zone))

    def test_levels(self):
        """G12 to G15, G17: levels of a clock, before its due moment and after."""
        for key, text, step, expected in (
            ("G12", "2034-06-09 14:54:34", (10, terms.HOURS), "2034-06-12 16:24:34"),
            ("G13", "2034-06-16 08:46:12", (-8, terms.HOURS), "2034-06-15 11:16:12"),
            ("G14", "2034-06-16 19:00", (-2, terms.DAYS), "2034-06-14 19:00"),
            ("G15", "2034-06-08 12:00", (3, terms.DAYS), "2034-06-13 12:00"),
            ("G17", "2034-06-21 18:00", (2, terms.HOURS), "2034-06-22 09:30"),
        ):
            with self.subTest(key):
                zone, due, _pauses, time = self._read("D", text, [])
                start = due - timedelta(days=9)
                clock = Clock(1, RUNNING, start, due)
                step = Step(term=Term(*step))
                found = get_moment(step, clock, time, time)
                self.assertEqual(found, read_moment(expected, zone))

    def test_shares(self):
        """Half of ten hours, all of them and a second, half as many again."""
        zone, start, _pauses, time = self._read("D", "2034-06-06 09:00", [])
        due = read_moment("2034-06-06 19:00", zone)
        clock = Clock(1, RUNNING, start, due)
        for share, expected in (
            (0.5, "2034-06-06 14:00"),
            (1, "2034-06-06 19:00:01"),
            (1.5, "2034-06-07 13:30"),
        ):
            found = get_moment(Step(share=share), clock, time, time)
            self.assertEqual(found, read_moment(expected, zone))
        early = Step(term=Term(-20, terms.HOURS))
        self.assertEqual(get_moment(early, clock, time, time), start)

    def test_warning(self):
        """Four fifths of an hour's promise; at closing time the next opening."""
        zone, start, _pauses, time = self._read("S", "2026-06-04 13:00", [])
        due = read_moment("2026-06-05 10:00", zone)  # five hours
        warn_at = terms.get_share(time, start, due, 0.8)
        self.assertEqual(warn_at, read_moment("2026-06-05 09:00", zone))
        self.assertIsNone(terms.get_share(time, start, start, 0.8))
        self.assertIsInstance(warn_at, datetime)


def _get_waits(story):
    return [(pause.start, pause.end) for pause in story.pauses]
