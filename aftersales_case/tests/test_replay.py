"""Reading the log of many cases, and what a replay of it carries."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.tests import freeze_time

from .common import AftersalesCommon

START = datetime(2026, 3, 2, 8)
HOUR = timedelta(hours=1)


class TestReplay(AftersalesCommon):
    def setUp(self):
        super().setUp()
        self.Event = self.env["aftersales.case.event"]

    def _live(self, hours, case=None, **vals):
        with freeze_time(START + hours * HOUR):
            if case is None:
                case = self._new_case(user_id=self.agent.id, **vals)
            else:
                case.write(vals)
        return case

    def test_raw_rows(self):
        """Rows stand in the order of the log and say what its records say."""
        case = self._live(0)
        self._live(2, case, stage_id=self.stage_wait_supplier.id)
        other = self._live(1)
        found = self.Event._read_raw((case | other).ids)
        self.assertEqual(set(found), {case.id, other.id})
        events = case.event_ids.sorted(lambda event: (event.at, event.id))
        self.assertEqual([row.id for row in found[case.id]], events.ids)
        for row, event in zip(found[case.id], events, strict=True):
            self.assertEqual(row.at, event.at)
            self.assertEqual(row.kind, event.kind)
            self.assertEqual(row.stage_id, event.stage_id.id)
            self.assertEqual(row.waiting_for, event.waiting_for or None)
            self.assertEqual(row.from_id or 0, event.from_id)
            self.assertEqual(row.type_id, self.type_complaint.id)
        self.assertEqual(self.Event._read_raw([]), {})

    def test_many_cost_the_same(self):
        """80 cases are read by one query, as one is."""
        cases = self.env["aftersales.case"].concat(
            *(self._new_case(user_id=self.agent.id) for _number in range(80))
        )
        self.env.flush_all()
        for group in (cases[:1], cases):
            for merged in (False, True):
                with self.assertQueryCount(1):
                    found = self.Event._read_snapshots(group.ids, merged)
                self.assertEqual(len(found), len(group))

    def test_merged_past(self):
        """Until a case came in, those that were merged into it stood for it."""
        grandparent, parent = self._live(0), self._live(1)
        case = self._live(2)
        self._live(3, parent, stage_id=self.stage_wait_supplier.id)
        grandparent._merge_into(parent)
        parent._merge_into(case)
        found = self.Event._read_raw(case.ids, merged=True)[case.id]
        own = [row for row in found if row.case_id == case.id]
        self.assertEqual(found[-len(own) :], own)
        self.assertEqual(
            [row.case_id for row in found if row.kind == "created"],
            [grandparent.id, parent.id, case.id],
        )
        self.assertTrue(all(row.at < own[0].at for row in found[: -len(own)]))
        self.assertEqual(self.Event._read_raw(case.ids)[case.id], own)

    def test_type_and_priority_of_old_events(self):
        """A replay knows the type and priority of each moment, back to the first."""
        case = self._live(0, priority="1")
        self._live(1, case, type_id=self.type_service.id)
        self._live(2, case, priority="3")
        self._live(3, case, priority="2", type_id=self.type_complaint.id)
        snapshots = self.Event._read_snapshots(case.ids)[case.id]
        last = {snapshot.at: snapshot for snapshot in snapshots}
        complaint, service = self.type_complaint.id, self.type_service.id
        self.assertEqual(
            [(s.type, s.priority) for _at, s in sorted(last.items())],
            [(complaint, 1), (service, 1), (service, 3), (complaint, 2)],
        )
        with freeze_time(START + 4 * HOUR):
            spans = case._get_spans()[case]
        self.assertEqual(
            [(span.type, span.priority, span.seconds) for span in spans],
            [
                (complaint, 1, 3600),
                (service, 1, 3600),
                (service, 3, 3600),
                (complaint, 2, 3600),
            ],
        )

    def test_values_of_siblings(self):
        """What a sibling logs travels with the snapshot, and parts the spans."""
        case = self._live(0)
        with freeze_time(START + HOUR):
            self.Event._log_events([{"case_id": case, "kind": "x", "reason": "sla"}])
        hook = patch.object(
            type(self.Event), "_get_replayed_columns", lambda _self: ["reason"]
        )
        with hook, freeze_time(START + 3 * HOUR):
            spans = case._get_spans()[case]
        self.assertEqual(
            [(span.more, span.seconds) for span in spans],
            [({"reason": None}, 3600), ({"reason": "sla"}, 7200)],
        )

    def test_nothing_to_log(self):
        """An empty list makes no event and calls no hook."""
        case = self._live(0)
        hook = patch.object(
            type(case), "_after_event", side_effect=AssertionError("called")
        )
        with hook, self.assertQueryCount(0):
            self.assertFalse(self.Event._log_events([]))
