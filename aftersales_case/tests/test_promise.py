"""Dates in the log: what was promised, and when the customer told us."""

from datetime import date, datetime, timedelta, timezone

from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time

from .common import AftersalesCommon, feature

NOW = datetime(2026, 3, 2, 8)
FRIDAY = datetime(2026, 3, 6, 15, 30)


class TestPromise(AftersalesCommon):
    def setUp(self):
        super().setUp()
        self.case = self._new_case(user_id=self.agent.id)
        self.enterContext(freeze_time(NOW))

    def _get_told(self):
        events = self.case.event_ids.filtered(lambda event: event.kind == "promise")
        return [
            (event.key, event.from_at, event.to_at, event.reason)
            for event in events.sorted("id")
        ]

    @feature("N-25")
    def test_promise_is_an_event(self):
        """A date that is told is logged with who told it; the same again is not."""
        case = self._as(self.agent, self.case)
        event = case._log_promise("deadline", FRIDAY, "agreed by phone")
        self.assertEqual(event.actor_id, self.agent)
        self.assertIn("03/06/2026", event.summary)
        self.assertFalse(case._log_promise("deadline", FRIDAY, "confirmed"))
        self.assertEqual(
            self._get_told(), [("deadline", False, FRIDAY, "agreed by phone")]
        )

    def test_later_promise(self):
        """A later date replaces the former under its key; None takes it back."""
        later = FRIDAY + timedelta(days=3)
        self.case._log_promise("deadline", FRIDAY)
        self.case._log_promise("visit:7", FRIDAY)
        self.case._log_promise("deadline", later, "no part yet")
        self.case._log_promise("deadline", None, "withdrawn")
        self.assertFalse(self.case._log_promise("deadline", None))
        self.assertEqual(
            self._get_told(),
            [
                ("deadline", False, FRIDAY, False),
                ("visit:7", False, FRIDAY, False),
                ("deadline", FRIDAY, later, "no part yet"),
                ("deadline", later, False, "withdrawn"),
            ],
        )
        self.assertEqual(self.case._get_promises("visit:7"), {self.case.id: FRIDAY})
        self.assertFalse(self.case._get_promises("deadline"))

    def test_nonsense(self):
        """No key, no moment, or a date that nobody can keep: refused, nothing logged."""
        for key in (None, "", "Deadline", "a b", "x" * 65, 7, "visit:", "'; --"):
            with self.subTest(key=key), self.assertRaisesRegex(ValueError, "key"):
                self.case._log_promise(key, FRIDAY)
        aware = FRIDAY.replace(tzinfo=timezone.utc)
        for at in ("2026-03-06", date(2026, 3, 6), aware, 1, True):
            with self.subTest(at=at), self.assertRaisesRegex(ValueError, "moment"):
                self.case._log_promise("deadline", at)
        for at in (NOW, NOW - timedelta(days=1), datetime(2062, 3, 6)):
            with self.subTest(at=at), self.assertRaisesRegex(UserError, "Promised"):
                self.case._log_promise("deadline", at)
        self.assertFalse(self._get_told())

    def test_many(self):
        """Many cases cost what one costs, and no case costs nothing."""
        cases = self.case.concat(
            *(self._new_case(user_id=self.agent.id) for _number in range(81))
        )
        counts = []
        for group in (cases[:1], cases[1:2], cases[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(group._log_promise("deadline", FRIDAY)), len(group))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1], counts)
        self.assertFalse(cases.browse()._log_promise("deadline", FRIDAY))


class TestReported(AftersalesCommon):
    """When the customer told us can be corrected, and the log says so."""

    def test_correction(self):
        """Old and new moment stand in the event; a new case has none."""
        with freeze_time("2026-03-02 12:00:00"):
            case = self._new_case(user_id=self.agent.id)
            self.assertNotIn("reported", case.event_ids.mapped("kind"))
            self._as(self.leader, case).reported_at = "2026-03-01 08:30:15"
            self._as(self.leader, case).reported_at = "2026-03-01 08:30:15"
        event = case.event_ids[-1]
        self.assertEqual(case.event_ids.mapped("kind").count("reported"), 1)
        self.assertEqual(event.from_at, datetime(2026, 3, 2, 12))
        self.assertEqual(event.to_at, datetime(2026, 3, 1, 8, 30, 15))
        self.assertEqual(event.actor_id, self.leader)
        self.assertRegex(event.summary, "03/02/2026.* → 03/01/2026")

    def test_form(self):
        """A leader who corrects it in the form leaves the event."""
        case = self._new_case(user_id=self.agent.id)
        with Form(self._as(self.leader, case)) as form:
            form.reported_at = "2026-01-05 09:00:00"
        self.assertEqual(case.event_ids[-1].kind, "reported")
        self.assertEqual(case.event_ids[-1].to_at, datetime(2026, 1, 5, 9))

    def test_merge(self):
        """A merged case that was reported earlier corrects the one that goes on."""
        with freeze_time("2026-03-01 08:00:00"):
            early = self._new_case(user_id=self.agent.id)
        case = self._new_case(user_id=self.agent.id)
        early._merge_into(case)
        event = case.event_ids.filtered(lambda e: e.kind == "reported")
        self.assertEqual(event.to_at, datetime(2026, 3, 1, 8))

    def test_coverage_is_decided(self):
        """The core decides nothing of who pays: for who asks, nothing is open."""
        self.assertIs(self._new_case()._is_coverage_decided(), True)
