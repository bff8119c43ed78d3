from datetime import datetime, timedelta

from odoo.tests import BaseCase

from odoo.addons.aftersales_case.engine import signals
from odoo.addons.aftersales_case.engine.replay import Snapshot

MONDAY = datetime(2026, 3, 2)


def _at(day, hour):
    return MONDAY + timedelta(days=day, hours=hour)


def _event(hour, stage=1, user=1, kind="stage"):
    return Snapshot(_at(0, hour), kind, stage, "open", None, None, user)


class TestSignalsEngine(BaseCase):
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
