from datetime import timedelta

from .common import MONDAY, SlaCommon


class TestClock(SlaCommon):
    """What a case does, and what its clocks say of it."""

    def test_solved_in_time(self):
        """A clock starts with the report, waits with the customer, ends with the case."""
        self._policy({"metric": "resolved", "quantity": 8})
        with self._at():
            case = self._new_case()
            [clock] = self._clocks(case)
            self.assertEqual(clock.state, "running")
            self.assertEqual(clock.due_at, MONDAY + timedelta(days=1))
            self.assertEqual(case.next_due_at, clock.due_at)
        with self._at(2):
            case.stage_id = self.stage_wait_customer
            self._clocks(case)
            self.assertEqual((clock.state, clock.due_at), ("paused", False))
            self.assertEqual(clock.seconds_left, 6 * 3600)
        with self._at(days=2):
            case.stage_id = self.stage_progress
            self._clocks(case)
            self.assertEqual(clock.state, "running")
            self.assertEqual(clock.due_at, MONDAY + timedelta(days=2, hours=7))

    def test_missed(self):
        """What is not done in time is missed, when it was due, and by whom."""
        self._policy({"metric": "response", "quantity": 2})
        with self._at():
            case = self._new_case()
            [clock] = self._clocks(case)
        with self._at(5):
            self._run_job()
            self.assertEqual(clock.state, "breached")
            self.assertEqual(clock.breached_at, MONDAY + timedelta(hours=2))
            self.assertEqual(clock.breached_user_id, case.user_id)
            self.assertFalse(clock.is_born_late)

    def test_holiday_added(self):
        """A holiday moves what is due, once the job has looked after it."""
        self._policy({"metric": "resolved", "quantity": 8})
        with self._at():
            [clock] = self._clocks(self._new_case())
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Holiday",
                    "calendar_id": self.calendar.id,
                    "company_id": self.company.id,
                    "date_from": MONDAY.replace(hour=0) + timedelta(days=1),
                    "date_to": MONDAY.replace(hour=0) + timedelta(days=2),
                }
            )
            self._run_job()
            self.assertEqual(clock.due_at, MONDAY + timedelta(days=2))
