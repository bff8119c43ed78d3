from collections import namedtuple
from datetime import datetime, timedelta

from odoo.tests import BaseCase

from odoo.addons.aftersales_case.engine.replay import (
    Snapshot,
    seconds_by,
    spans,
    values_at,
)

START = datetime(2026, 3, 2, 8, 0, 0)


def _event(hours, stage=1, state="open", waiting_for=None, team=7, user=9):
    at = START + timedelta(hours=hours)
    return Snapshot(at, "stage", stage, state, waiting_for, team, user)


class TestReplayEngine(BaseCase):
    """Spans of a case's past, from plain values."""

    def test_spans_touch_and_end_at_until(self):
        """Every second between the first event and ``until`` belongs to one span."""
        events = [_event(0), _event(2, stage=2, waiting_for="customer"), _event(5)]
        result = spans(events, START + timedelta(hours=6))
        self.assertEqual([span.seconds for span in result], [7200, 10800, 3600])
        self.assertEqual(seconds_by(result, "stage"), {1: 10800, 2: 10800})
        self.assertEqual(seconds_by(result, "party"), {"us": 10800, "customer": 10800})

    def test_equal_neighbours_are_one_span(self):
        """An event that changes nothing (a mail) does not split a span."""
        result = spans([_event(0), _event(1), _event(2)], START + timedelta(hours=3))
        self.assertEqual([span.seconds for span in result], [10800])

    def test_nothing_after_until(self):
        """Events after the end are left out, and no events mean no spans."""
        result = spans([_event(0), _event(9, stage=2)], START + timedelta(hours=3))
        self.assertEqual([(span.stage, span.seconds) for span in result], [(1, 10800)])
        self.assertEqual(spans([], START), [])

    def test_same_second(self):
        """Of several events in one second the last one holds."""
        events = [_event(0, user=1), _event(0, user=2)]
        result = spans(events, START + timedelta(hours=1))
        self.assertEqual([span.user for span in result], [2])

    def test_values_at(self):
        """A value is followed back from what it is now, for each case by itself."""
        Row = namedtuple("Row", "case_id kind from_id now")
        rows = [
            Row(1, "created", 0, 30),
            Row(2, "created", 0, 5),
            Row(1, "type", 10, 30),
            Row(2, "stage", 7, 5),
            Row(1, "type", 20, 30),
        ]
        self.assertEqual(values_at(rows, "type", "now"), [10, 5, 20, 5, 30])
        self.assertEqual(values_at([], "type", "now"), [])
