from datetime import datetime

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aftersales_case.tests.common import feature

from ..const import EVENT_REMINDED
from .common import PortalCommon
from .test_silence import MONDAY, SilenceSetup, days


@tagged("post_install", "-at_install")
class TestSilenceCalendar(SilenceSetup, PortalCommon):
    """Silence counts in the working days of the team, less the holidays of the company."""

    def _reminded(self, case):
        return case.event_ids.mapped("kind").count(EVENT_REMINDED)

    def _close_on(self, day, company=None):
        company = company or self.company
        leaves = self.env["resource.calendar.leaves"].with_company(company)
        leave = leaves.create(
            {
                "name": "Holiday",
                "calendar_id": False,
                "date_from": datetime(2026, 3, day, 0, 0, 0),
                "date_to": datetime(2026, 3, day, 23, 59, 59),
            }
        )
        self.assertEqual(leave.company_id, company)
        return leave

    @feature("P-36")
    def test_holiday(self):
        """A holiday of the company counts for nothing, also one entered meanwhile."""
        self._close_on(3)
        case = self._wait()
        self._run(MONDAY + days(1))
        self._close_on(4)
        other = self.env["res.company"].create({"name": "Other Company"})
        self._close_on(5, other)
        for day, reminded in ((3, 0), (4, 0), (6, 0), (7, 1)):
            self._run(MONDAY + days(day))
            self.assertEqual(self._reminded(case), reminded, f"day {day}")

    def _get_slow_team(self):
        """Return a team that works on Mondays only."""
        attendance = {
            "name": "Monday",
            "dayofweek": "0",
            "hour_from": 8,
            "hour_to": 16,
            "day_period": "full_day",
        }
        team = self.team.copy({"name": "Slow"})
        team.resource_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Mondays",
                "tz": "UTC",
                "company_id": self.company.id,
                "attendance_ids": [Command.clear(), Command.create(attendance)],
            }
        )
        return team

    def test_team(self):
        """A team that works on Mondays only waits three Mondays."""
        case = self._wait(team_id=self._get_slow_team().id)
        for day, reminded in ((3, 0), (14, 0), (20, 0), (21, 1)):
            self._run(MONDAY + days(day))
            self.assertEqual(self._reminded(case), reminded, f"day {day}")

    def test_planned_anew(self):
        """What was planned by hours that count no more is planned anew."""
        case = self._wait(team_id=self._get_slow_team().id)
        self._run(MONDAY + days(1))
        case.team_id = self.team
        self._run(MONDAY + days(3))
        self.assertEqual(self._reminded(case), 1, "another team")
        holiday = self._close_on(5)
        later = self._wait()
        self._run(MONDAY + days(1))
        holiday.unlink()
        self._run(MONDAY + days(3))
        self.assertEqual(self._reminded(later), 1, "no holiday any more")
