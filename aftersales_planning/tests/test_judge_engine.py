from dataclasses import replace
from datetime import date, datetime, timedelta

from odoo.tests import BaseCase

from ..engine import judge as rules
from ..engine.insertion import Day, Wish, find_slots, get_load
from ..engine.judge import Job, Known, Person, Stop, judge, judge_skills
from ..engine.spans import (
    MissingHour,
    clip,
    day_span,
    local_day,
    local_moment,
    subtract,
    tidy,
)
from ..engine.travel import Travel, straight_km

MONDAY = datetime(2026, 3, 2)
TOM, TINA = 1, 2
AMSTERDAM, UTRECHT, AMERSFOORT = (52.37, 4.90), (52.09, 5.12), (52.16, 5.39)


def at(hour, day=0):
    return MONDAY + timedelta(days=day, hours=hour)


def spans(*hours, day=0):
    return tuple((at(start, day), at(stop, day)) for start, stop in hours)


OFFICE = spans((8, 12), (13, 17))


def person(key=TOM, **values):
    return Person(key, **{"company": 1, "hours": OFFICE, **values})


def job(start=9, stop=11, **values):
    values = {
        "company": 1,
        "crew": (TOM,),
        "is_at_site": True,
        "seconds": int((stop - start) * 3600),
        **values,
    }
    return Job(
        7, at(start), at(stop), date=MONDAY.date(), day=(at(0), at(24)), **values
    )


class TestSpansEngine(BaseCase):
    """Local days and hours, also where the clock is put forward and back."""

    def test_spans(self):
        self.assertEqual(
            tidy([(at(3), at(4)), (at(1), at(2)), (at(2), at(3)), (at(5), at(5))]),
            [(at(1), at(4))],
        )
        self.assertEqual(clip(OFFICE, at(11), at(14)), [*spans((11, 12), (13, 14))])
        self.assertEqual(
            subtract(OFFICE, spans((9, 10), (11, 14))),
            [*spans((8, 9), (10, 11), (14, 17))],
        )

    def test_days_when_the_clock_changes(self):
        for day, hours in (
            (date(2026, 3, 28), 24),
            (date(2026, 3, 29), 23),
            (date(2026, 10, 25), 25),
        ):
            with self.subTest(day):
                start, stop = day_span(day, "Europe/Amsterdam")
                self.assertEqual(stop - start, timedelta(hours=hours))
                self.assertEqual(
                    local_day(stop - timedelta(seconds=1), "Europe/Amsterdam"),
                    (day, start, stop),
                )

    def test_hour_that_does_not_exist(self):
        zone = "Europe/Amsterdam"
        spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
        self.assertEqual(local_moment(spring, 1.5, zone), datetime(2026, 3, 29, 0, 30))
        self.assertEqual(local_moment(spring, 3, zone), datetime(2026, 3, 29, 1))
        with self.assertRaises(MissingHour):
            local_moment(spring, 2.5, zone)
        # Half past two comes twice: the first one is meant.
        self.assertEqual(local_moment(autumn, 2.5, zone), datetime(2026, 10, 25, 0, 30))


class TestJudgeEngine(BaseCase):
    """What speaks against a plan, rule by rule."""

    def assert_rules(self, expected, one, *people, speed=50):
        people = {p.key: p for p in (people or [person()])}
        found = judge(one, people, Travel(speed))
        self.assertEqual([verdict.rule for verdict in found], list(expected))
        return found

    def test_visit(self):
        for name, one, expected in (
            ("fine", job(), []),
            ("stop before start", job(11, 9), [rules.BACKWARDS]),
            ("no time at all", job(9, 9), [rules.BACKWARDS]),
            ("locked", job(is_locked=True), [rules.LOCKED]),
            ("locked, and stays", job(is_locked=True, is_moved=False), []),
            ("over midnight", job(16, 25), [rules.MIDNIGHT, rules.OVERTIME]),
            ("without address", job(has_address=False), [rules.NO_ADDRESS]),
            ("site closed", job(site_hours=spans((10, 12))), [rules.SITE_CLOSED]),
            ("site open", job(site_hours=spans((9, 11))), []),
            ("too early", job(earliest=at(10)), [rules.EARLY]),
            ("too late", job(latest=at(10)), [rules.LATE]),
            ("just in time", job(latest=at(11), earliest=at(9)), []),
            ("before the promise", job(promised=(at(10), at(12))), [rules.PROMISE]),
            ("after the promise", job(promised=(at(7), at(8))), [rules.PROMISE]),
            ("arrives as promised", job(promised=(at(8), at(10))), []),
            ("parts", job(lacks_parts=True), [rules.PARTS]),
        ):
            with self.subTest(name):
                self.assert_rules(expected, one)

    def test_place(self):
        """In the workshop nobody asks for an address, opening hours or the way."""
        self.assert_rules(
            [],
            job(is_at_site=False, has_address=False, site_hours=(), point=AMSTERDAM),
            person(jobs=(Stop(at(8), at(9), 8, AMERSFOORT),)),
        )

    def test_person(self):
        for name, who, expected in (
            ("archived", person(is_active=False), [rules.ARCHIVED]),
            ("goes on no visits", person(does_visits=False), [rules.STAYS]),
            ("other company", person(company=2), [rules.COMPANY]),
            ("of all companies", person(company=None), []),
            ("no calendar", person(has_calendar=False), [rules.NO_CALENDAR]),
            ("on leave", person(away=spans((8, 12))), [rules.ABSENT]),
            ("leave begins then", person(away=spans((11, 12))), []),
            ("leave asked for", person(pending=spans((8, 12))), [rules.PENDING]),
            ("dentist", person(busy=spans((10, 12))), [rules.BUSY]),
            ("contract ended", person(hours=()), [rules.HOURS]),
            ("hours as he likes", person(hours=(), is_flexible=True), []),
            ("next visit", person(jobs=(Stop(at(11), at(12), 8),)), []),
            ("overlap", person(jobs=(Stop(at(10), at(12), 8),)), [rules.OVERLAP]),
            ("itself", person(jobs=(Stop(at(10), at(12), 7),)), []),
        ):
            with self.subTest(name):
                self.assert_rules(expected, job(), who)

    def test_hours(self):
        for start, stop, expected in (
            (8, 12, []),
            (7, 9, [rules.HOURS]),
            (17, 18, [rules.HOURS]),
            (16, 18, [rules.OVERTIME]),
            (11, 13, [rules.BREAK]),
            (12, 13, [rules.BREAK]),
        ):
            with self.subTest(f"{start} to {stop}"):
                self.assert_rules(expected, job(start, stop))
        # The break is not counted as work.
        self.assert_rules([], job(11, 14, seconds=7200))

    def test_travel(self):
        """34.6 km of straight line are 44.9 on the road: 54 minutes at 50 km/h."""
        before = person(jobs=(Stop(at(7), at(8), 8, UTRECHT),))
        [verdict] = self.assert_rules(
            [rules.TRAVEL], job(8.5, 10, point=AMSTERDAM), before
        )
        self.assertEqual((verdict.facts["there"], verdict.facts["other"]), (30, 8))
        self.assertEqual(verdict.facts["minutes"], 54)
        self.assert_rules([], job(9, 10, point=AMSTERDAM), before)
        self.assert_rules([], job(8.5, 10), before)
        self.assert_rules([], job(8.5, 10, point=AMSTERDAM), before, speed=100)
        after = person(jobs=(Stop(at(10.5), at(11), 8, UTRECHT),))
        self.assert_rules([rules.TRAVEL], job(9, 10, point=AMSTERDAM), after)
        self.assertAlmostEqual(straight_km(AMSTERDAM, UTRECHT), 34.6, delta=0.3)

    def test_skills_by_date(self):
        gas, high = 5, 6
        until_14 = Known(TOM, gas, 50, None, date(2026, 3, 14))
        for name, day, needs, rows, expected in (
            ("valid", 14, [(gas, 0)], [until_14], None),
            ("expired the day before", 15, [(gas, 0)], [until_14], rules.EXPIRED),
            ("level", 14, [(gas, 60)], [until_14], rules.TOO_LOW),
            ("never", 14, [(high, 0)], [until_14], rules.NEVER),
            (
                "not yet",
                14,
                [(gas, 0)],
                [Known(TOM, gas, 50, date(2026, 3, 15), None)],
                rules.NOT_YET,
            ),
            (
                "renewed",
                15,
                [(gas, 0)],
                [until_14, Known(TOM, gas, 50, date(2026, 3, 15), None)],
                None,
            ),
        ):
            with self.subTest(name):
                crew = [person(skills=tuple(rows))]
                found = [*judge_skills(needs, date(2026, 3, day), crew)]
                self.assertEqual(
                    [verdict.facts["why"] for verdict in found],
                    [expected] if expected else [],
                )

    def test_one_of_the_crew_knows(self):
        knows = person(TINA, skills=(Known(TINA, 5, 50, None, None),))
        claims = person(TINA, skills=(Known(TINA, 5, 50, None, None, False),))
        both = job(crew=(TOM, TINA), needs=((5, 0),))
        self.assert_rules([], both, person(), knows)
        [verdict] = self.assert_rules([rules.CLAIMED], both, person(), claims)
        self.assertEqual(verdict.person, TINA)
        self.assert_rules([rules.SKILL], job(needs=((5, 0),)))


class TestInsertionEngine(BaseCase):
    """The cheapest place for a visit, and who of equals gets it."""

    def _slots(self, *days, hours=2, **wish):
        wish = {"earliest": at(0), "point": UTRECHT, **wish}
        found = find_slots(Wish(timedelta(hours=hours), **wish), days, Travel(50))
        return [(slot.person, slot.start, slot.stop, slot.cost) for slot in found]

    def _day(self, who=TOM, day=0, hours=((8, 12), (13, 17)), **values):
        return Day(who, at(0, day).date(), spans(*hours, day=day), **values)

    def test_between_two_jobs(self):
        """It stands where its way costs least, driving taken off the gap."""
        jobs = (
            Stop(at(8), at(9), 1, AMSTERDAM),
            Stop(at(14), at(15), 2, AMERSFOORT),
        )
        # 54 minutes from Amsterdam, rounded up to a quarter; 54 + 32 - 64 more than now.
        self.assertEqual(
            self._slots(self._day(jobs=jobs), hours=1),
            [(TOM, at(10), at(11), 22)],
        )

    def test_windows(self):
        day = self._day()
        for name, wish, expected in (
            ("first of the day", {}, (8, 10)),
            ("not before", {"earliest": at(9.1)}, (9.25, 11.25)),
            ("site opens", {"opening": spans((10, 17))}, (10, 12)),
            ("site shut", {"opening": spans((16, 20))}, None),
            ("promised", {"promised": (at(13.5), at(16))}, (13.5, 15.5)),
            ("arrival", {"promised": (at(14), at(15))}, (14, 16)),
            ("promised too late", {"promised": (at(15.1), at(15.2))}, None),
            ("longer than a morning", {"hours": 6}, (8, 15)),
            ("longer than the day", {"hours": 9}, None),
        ):
            with self.subTest(name):
                found = self._slots(day, **wish)
                if expected is None:
                    self.assertEqual(found, [])
                else:
                    start, stop = expected
                    self.assertEqual(found, [(TOM, at(start), at(stop), 0)])

    def test_closed(self):
        """Leave and appointments are no place, nor is a day without work."""
        self.assertEqual(
            self._slots(self._day(closed=spans((8, 9), (10, 14)))),
            [(TOM, at(14), at(16), 0)],
        )
        self.assertEqual(self._slots(self._day(hours=())), [])

    def test_least_loaded_among_equals(self):
        """(B4-48) Of two that cost the same on one day, who has less to do."""
        busy = self._day(TOM, jobs=(Stop(at(8), at(10), 1),))
        idle = self._day(TINA)
        self.assertEqual(get_load(busy), 25)
        self.assertEqual([one[0] for one in self._slots(busy, idle)], [TINA, TOM])
        # A cheaper one goes first, however busy.
        near = replace(busy, jobs=(Stop(at(8), at(10), 1, UTRECHT),))
        far = replace(idle, home=AMERSFOORT)
        self.assertEqual([one[0] for one in self._slots(near, far)], [TOM, TINA])

    def test_order(self):
        """Late is last, then the penalty, then the day."""
        late = self._day(TOM, day=1)
        other = self._day(TINA, penalty=1)
        self.assertEqual(
            [one[0] for one in self._slots(late, other, latest=at(20))], [TINA, TOM]
        )
        self.assertEqual(
            [one[0] for one in self._slots(late, other, latest=None)], [TOM, TINA]
        )
        wished = replace(late, is_wished=True)
        self.assertEqual(
            [one[0] for one in self._slots(self._day(TINA), wished)], [TOM, TINA]
        )
