from datetime import datetime, timedelta

from odoo.tests import BaseCase

from odoo.addons.aftersales_case.engine import signals
from odoo.addons.aftersales_case.engine.replay import Snapshot

MONDAY = datetime(2026, 3, 2)
# Monday to Wednesday, 8 to 12 and 13 to 17
WEEK = [
    (MONDAY + timedelta(days=day, hours=start), MONDAY + timedelta(days=day, hours=end))
    for day in range(3)
    for start, end in ((8, 12), (13, 17))
]


def _at(day, hour):
    return MONDAY + timedelta(days=day, hours=hour)


def _event(hour, stage=1, user=1, kind="stage"):
    return Snapshot(_at(0, hour), kind, stage, "open", None, None, user)


class TestSignalsEngine(BaseCase):
    def test_due(self):
        """Working time is counted in working hours only; table of starts and spans."""
        clock = signals.WorkTime(WEEK)
        for start, hours, expected in (
            (_at(0, 8), 4, _at(0, 12)),
            (_at(0, 8), 5, _at(0, 14)),
            (_at(0, 6), 1, _at(0, 9)),
            (_at(0, 12), 1, _at(0, 14)),
            (_at(0, 16), 2, _at(1, 9)),
            (_at(0, 20), 8, _at(1, 17)),
            (_at(0, 8), 24, _at(2, 17)),
            (_at(0, 8), 25, None),
            (_at(5, 8), 1, None),
            (_at(-3, 8), 1, _at(0, 9)),
        ):
            with self.subTest(start=start, hours=hours):
                self.assertEqual(clock.due(start, hours * 3600), expected)
        with self.assertRaises(ValueError):
            clock.due(_at(0, 8), 0)
        self.assertIsNone(signals.WorkTime([]).due(_at(0, 8), 3600))

    def test_elapsed(self):
        """Working seconds until a moment, in and out of working hours."""
        clock = signals.WorkTime(WEEK)
        self.assertEqual(clock.elapsed(_at(0, 7)), 0)
        self.assertEqual(clock.elapsed(_at(0, 9)), 3600)
        self.assertEqual(clock.elapsed(_at(0, 12.5)), 4 * 3600)
        self.assertEqual(clock.elapsed(_at(9, 0)), 24 * 3600)

    def test_stay_since(self):
        """A stay starts with the last entry, whatever else happens to the case."""
        events = [
            _event(1),
            _event(2, stage=2),
            _event(3, stage=1),
            _event(4, stage=1, user=2, kind="assigned"),
        ]
        self.assertEqual(signals.stay_since(events), _at(0, 3))
        self.assertIsNone(signals.stay_since([]))

    def test_changes_of_hands(self):
        """The first responsible is no change, and a planned hand-over is none either."""
        events = [
            _event(1, user=1, kind="created"),
            _event(2, user=2, kind="assigned"),
            _event(3, user=2, kind="stage"),
            _event(4, user=3, kind="assigned"),
            _event(4, user=3, kind="handover"),
            _event(5, user=2, kind="assigned"),
        ]
        self.assertEqual(signals.changes_of_hands(events), [_at(0, 2), _at(0, 5)])

    def test_bouncing_until(self):
        """A case bounces while enough changes lie within the window."""
        moments = [_at(0, 1), _at(1, 1), _at(2, 1)]
        day = timedelta(days=1)
        self.assertEqual(signals.bouncing_until(moments, 3, 7 * day), _at(7, 1))
        self.assertEqual(signals.bouncing_until(moments, 2, 7 * day), _at(8, 1))
        self.assertIsNone(signals.bouncing_until(moments, 4, 7 * day))
        self.assertIsNone(signals.bouncing_until(moments, 3, 2 * day))
        self.assertIsNone(signals.bouncing_until(moments, 0, 7 * day))
