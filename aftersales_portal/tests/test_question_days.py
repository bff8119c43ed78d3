from datetime import datetime

from odoo.tests import freeze_time

from odoo.addons.aftersales_case.tests.common import feature

from .common import PortalCommon
from .questions import QuestionSetup
from .silence import MONDAY, days

FRIDAY = MONDAY + days(4)


class TestQuestionDays(QuestionSetup, PortalCommon):
    """Reminders and the end of a question are counted in the team's working days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calendars = cls.env["resource.calendar"]
        cls.week = calendars.create(
            {"name": "Test Week", "company_id": cls.company.id, "tz": "UTC"}
        )
        cls.company.resource_calendar_id = cls.week
        cls.question.write({"remind_days": 3, "reminders": 2, "valid_days": 10})

    def _ask_on(self, moment, **vals):
        with freeze_time(moment):
            case = self._new_service(user_id=self.agent.id, **vals)
            asked = case._ask(self.question)
            self.env.flush_all()
        return case, asked

    def _run_at(self, moment):
        self.env.flush_all()
        with freeze_time(moment), self.enter_registry_test_mode():
            self.env.ref("aftersales_portal.cron_questions").method_direct_trigger()
        self.env.invalidate_all()

    @feature("B4-63")
    def test_remind_and_expire(self):
        """Reminded as often as said, then expired, which the responsible is told."""
        case, asked = self._ask_on(FRIDAY)
        # Friday 9:00: Wednesday, Monday after; two weeks have ten working days.
        for moment, mails, state in (
            (FRIDAY + days(3), 0, "open"),
            (FRIDAY + days(5), 1, "open"),
            (FRIDAY + days(8), 1, "open"),
            (FRIDAY + days(10), 2, "open"),
            (FRIDAY + days(13), 2, "open"),
            (FRIDAY + days(14), 2, "expired"),
        ):
            with self.subTest(moment=moment):
                for _twice in range(2):
                    self._run_at(moment)
                self.assertEqual(len(self._get_mails(case)), mails)
                self.assertEqual(asked.state, state)
        self.assertEqual(asked.reminded, 2)
        subject = f"{case.number}: reminder, we have a question"
        self.assertEqual(set(self._get_mails(case).mapped("subject")), {subject})
        activity = case.activity_ids.filtered(lambda a: "not answered" in a.summary)
        self.assertEqual(activity.user_id, self.agent)

    def test_holiday(self):
        """A day on which nobody works does not count; the link opens as long."""
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Carnival",
                "company_id": self.company.id,
                "calendar_id": self.week.id,
                "date_from": MONDAY + days(7) - days(9 / 24),
                "date_to": MONDAY + days(8) - days(9 / 24),
            }
        )
        case, asked = self._ask_on(FRIDAY)
        self.assertEqual(asked.remind_at, FRIDAY + days(6))
        self.assertEqual(asked.expires_at, FRIDAY + days(17))
        with freeze_time(FRIDAY):
            asked._make_answer_link(self.dora)
        self.assertEqual(case.sudo().link_ids.expires_at, FRIDAY + days(17))

    def test_team(self):
        """The calendar is the team's; one without hours to count by keeps nobody back."""
        part = self.env["resource.calendar"].create(
            {
                "name": "Mondays",
                "company_id": self.company.id,
                "tz": "UTC",
                "attendance_ids": [
                    (5, 0, 0),
                    (
                        0,
                        0,
                        {
                            "name": "Monday",
                            "dayofweek": "0",
                            "hour_from": 8,
                            "hour_to": 12,
                        },
                    ),
                ],
            }
        )
        self.question.valid_days = 4
        team = self.team.copy({"resource_calendar_id": part.id})
        _case, asked = self._ask_on(MONDAY, team_id=team.id)
        self.assertEqual(asked.remind_at, MONDAY + days(21))
        part.flexible_hours = True
        _case, asked = self._ask_on(MONDAY, team_id=team.id)
        self.assertEqual(asked.remind_at, MONDAY + days(3))
        self.assertEqual(asked.expires_at, datetime(2026, 3, 6, 9, 0, 0))

    def test_asked_again(self):
        """What is over, and the job has not noticed yet, is asked anew."""
        case, asked = self._ask_on(MONDAY)
        with freeze_time(MONDAY + days(30)):
            again = case._ask(self.question)
        self.assertEqual((asked.state, again.state), ("expired", "open"))

    def test_never_reminded(self):
        """0 means never, also after an agent has sent the question again."""
        self.question.write({"remind_days": 0, "reminders": 3})
        _case, asked = self._ask_on(MONDAY)
        self.assertFalse(asked.remind_at)
        with freeze_time(MONDAY + days(1)):
            asked.action_remind()
        self.assertFalse(asked.remind_at)
