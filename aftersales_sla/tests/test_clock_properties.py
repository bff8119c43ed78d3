from collections import Counter
from datetime import datetime, timedelta
from functools import partial

import pytz

from odoo.tests import BaseCase

from odoo.addons.aftersales_case.engine.working_time import WorkingTime
from odoo.addons.aftersales_case.tests.drawn import drawn, needs_hypothesis, st

from ..engine.clock import Aim, replay
from ..engine.story import Moment, Story
from ..engine.terms import HOURS, Term
from .oracle import CLOSED, Oracle

EXAMPLES = 100
ZONES = ("Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe")
# Around a change of the clocks in each of the zones.
STARTS = (datetime(2026, 3, 27), datetime(2026, 10, 23), datetime(2018, 11, 2))
DAYS = 9
STATES = (
    ("open", None),
    ("waiting", "customer"),
    ("waiting", "supplier"),
    ("waiting", "parts"),
    ("done", None),
    ("rejected", None),
    ("cancelled", None),
)
SAID = (
    ("reply", None),
    ("reply", "stage"),
    ("customer_message", None),
    ("customer_message", "out_of_office"),
    ("sla_dismissed", None),
    ("assigned", None),
    ("assigned", "fallback"),
)
METRICS = (
    ("resolved", "continue"),
    ("resolved", "cycle"),
    ("resolved", "met"),
    ("response", "continue"),
    ("assigned", "continue"),
    ("next_reply", "continue"),
    ("update", "continue"),
    ("team", "continue"),
    ("supplier", "continue"),
)


@needs_hypothesis
class TestClockProperties(BaseCase):
    """Whatever happens to a case: the engine says what one gets who counts minutes."""

    def _check(self, compare):
        drawn(_draw_world(), examples=EXAMPLES)(lambda world: compare(world))()

    def test_as_counted_minute_by_minute(self):
        for metric, reopening in METRICS:
            with self.subTest(metric=metric, reopening=reopening):
                self._check(partial(self._compare, metric, reopening))

    def _compare(self, metric, reopening, world):
        intervals, zone, story, now, needed, pauses = world
        aim = Aim(metric, Term(needed / 60, HOURS), frozenset(pauses), reopening)
        clocks = replay(story, aim, WorkingTime(intervals, zone), now)

        def works(moment):
            return any(start <= moment < end for start, end in intervals)

        oracle = Oracle(metric, reopening, needed, works, pauses)
        runs = oracle.play(story.reported_at, story.moments, now)
        closing = _get_closing(story)
        self.assertEqual(
            [_tell_clock(clock) for clock in clocks],
            [_tell_run(run, closing, now, needed, oracle, metric) for run in runs],
        )


def _tell_clock(clock):
    return {
        "state": clock.state,
        "start": clock.start,
        "elapsed": clock.elapsed,
        "ended_at": clock.ended_at,
        "breached_at": clock.breached_at,
        "paused": {party: n for party, n in clock.paused.items() if n},
        "left": clock.left,
    }


def _get_closing(story):
    """Return since when the case is closed at the end, and whether it is cancelled."""
    since = state = None
    for one in story.moments:
        state = one.state
        if one.state not in CLOSED:
            since = None
        elif since is None:
            since = one.at
    return since, state == "cancelled"


def _tell_run(run, closing, now, needed, oracle, metric):
    closed_at, is_cancelled = closing
    end, dropped = run.end, run.dropped
    if not end and not dropped and closed_at:
        is_solved = metric == "resolved" and not is_cancelled
        if is_solved and oracle.reopening == "continue":
            end = closed_at
        else:
            dropped = max(closed_at, run.start)
    stop = end or dropped
    breached = run.due if run.due and run.due < (stop or now) else None
    party = None
    if oracle.status and not stop:
        party = oracle.status.waiting_for
    if breached:
        state = "breached"
    elif stop:
        state = "met" if end else "cancelled"
    elif party in oracle.pauses:
        state = "paused"
    else:
        state = "running"
    paused = Counter()
    for at, party in run.paused:
        paused[party] += 60 * (at < (stop or now))
    return {
        "state": state,
        "start": run.start,
        "elapsed": run.counted * 60,
        "ended_at": stop,
        "breached_at": breached,
        "paused": dict(+paused),
        "left": None if stop or breached else (needed - run.counted) * 60,
    }


def _draw_world():
    """Draw intervals, a zone, a story, now, the minutes needed, and the pauses."""

    @st.composite
    def draw(choose):
        zone = choose(st.sampled_from(ZONES))
        first = choose(st.sampled_from(STARTS))
        intervals = _draw_intervals(choose, zone, first)
        reported = first + timedelta(minutes=choose(st.integers(0, 3 * 1440)))
        moments = _draw_moments(choose, reported)
        now = moments[-1].at + timedelta(minutes=choose(st.integers(0, 1440)))
        needed = choose(st.integers(1, 20 * 60))
        parties = st.sets(st.sampled_from(("customer", "supplier", "parts")))
        story = Story(reported, tuple(moments))
        return intervals, zone, story, now, needed, choose(parties)

    return draw()


def _draw_intervals(choose, name, first):
    """Draw a week's hours, and holidays, as intervals from the first day on."""
    zone, week = pytz.timezone(name), {}
    for weekday in range(7):
        bounds = choose(st.lists(st.integers(0, 48), max_size=4, unique=True))
        bounds = sorted(bounds)[: len(bounds) // 2 * 2]
        week[weekday] = list(zip(bounds[::2], bounds[1::2], strict=True))
    # Enough for whatever is due: two long days at the end.
    holidays = choose(st.sets(st.integers(0, DAYS)))
    found = []
    for number in range(-1, DAYS):
        day = first + timedelta(days=number)
        for start, end in week[day.weekday()] if number not in holidays else ():
            edges = (
                _to_utc(zone, day + timedelta(minutes=30 * n)) for n in (start, end)
            )
            found.append(tuple(edges))
    last = first + timedelta(days=DAYS + 5)
    found.append((last, last + timedelta(days=60)))
    return sorted((a, b) for a, b in found if a < b)


def _to_utc(zone, naive):
    local = zone.normalize(zone.localize(naive, is_dst=False))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def _draw_moments(choose, reported):
    state, waiting, team = "new", None, choose(st.sampled_from((None, 1)))
    at = reported + timedelta(minutes=choose(st.sampled_from((0, 0, 30))))
    moments = [Moment(at, "created", 0, state, waiting, team)]
    for _number in range(choose(st.integers(0, 8))):
        at += timedelta(minutes=choose(st.integers(0, 1000)))
        what = choose(st.sampled_from(("stage", "team", "said")))
        kind, reason = what, None
        if what == "stage":
            state, waiting = choose(st.sampled_from(STATES))
        elif what == "team":
            team = choose(st.sampled_from((None, 1, 2)))
        else:
            kind, reason = choose(st.sampled_from(SAID))
        stage = STATES.index((state, waiting)) if state != "new" else 0
        moments.append(Moment(at, kind, stage, state, waiting, team, reason))
    return moments
