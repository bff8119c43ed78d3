from datetime import datetime, timedelta

from odoo.tests import HttpCase, freeze_time, tagged

from odoo.addons.aftersales_case.engine.replay import Span, working_seconds

from .common import AftersalesCommon, AftersalesSetup, feature

MONDAY = datetime(2026, 3, 2, 8, 0, 0)


class TestHistory(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {
                "name": "Test Week",
                "tz": "UTC",
                "company_id": cls.company.id,
                "attendance_ids": [(5, 0, 0)]
                + [
                    (0, 0, {"name": d, "dayofweek": d, "hour_from": 8, "hour_to": 16})
                    for d in "01234"
                ],
            }
        )

    def _lived_case(self):
        """New on Monday 8:00, in progress at 10:00, waiting 12:00, solved Wednesday."""
        with freeze_time(MONDAY):
            case = self._complete(self._new_case(user_id=self.agent.id))
        steps = (
            (timedelta(hours=2), self.stage_progress),
            (timedelta(hours=4), self.stage_wait_customer),
            (timedelta(days=2), self.stage_progress),
            (timedelta(days=2, hours=1), self.stage_solved),
        )
        for delay, stage in steps:
            with freeze_time(MONDAY + delay):
                self._as(self.agent, case).stage_id = stage
        case.invalidate_recordset()
        return case

    def test_reasons_are_words(self):
        """Keys that the system logs as a reason are told in words."""
        self.team.member_ids = False
        case = self._new_case()
        self.assertIn("nobody took it yet", case.history_html)
        self.assertNotIn("fallback", case.history_html)

    @feature("N-10", "B4-21")
    def test_who_held_it(self):
        """Calendar and working time are split over us and those we waited for."""
        case = self._lived_case()
        hour = 3600
        self.assertEqual(
            case._get_custody("party")[case],
            {
                "us": (5 * hour, 5 * hour),
                # Monday 12:00 to Wednesday 8:00: 44 hours, of which 4 + 8 were worked
                "customer": (44 * hour, 12 * hour),
            },
        )
        self.assertEqual(
            case._get_custody("stage")[case][self.stage_progress.id],
            (3 * hour, 3 * hour),
        )

    @feature("B4-81", "B4-09", "I2-22")
    def test_history_reads_like_a_story(self):
        """The page says when, who and what, and how long each stage lasted."""
        case = self._as(self.reporter, self._lived_case())
        case.sudo().message_subscribe(self.reporter.partner_id.ids)
        story = str(case.history_html)
        for text in (
            "Stage: New → In Progress",
            "Aagje Agent",
            "Waiting for Customer",
            "Stage: In Progress → Solved",
            "44:00",
        ):
            self.assertIn(text, story)
        self.assertLess(story.index("New → In Progress"), story.index("→ Solved"))

    def test_custody_of_many_costs_the_same(self):
        """The replay of thirty cases needs no more queries than that of two."""
        cases = self.env["aftersales.case"].create(
            [{"name": f"C{n}", "type_id": self.type_complaint.id} for n in range(33)]
        )
        self.env.flush_all()
        counts = []
        for group in (cases[:1], cases[1:3], cases[3:]):  # the first warms up
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            group._get_custody("team")
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[1], counts[2])

    def test_working_seconds(self):
        """A span counts only where it meets working time."""
        span = Span(MONDAY, MONDAY + timedelta(hours=10), 1, "open", None, 1, 1)
        hours = [
            (MONDAY - timedelta(hours=2), MONDAY + timedelta(hours=1)),
            (MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=3)),
            (MONDAY + timedelta(hours=9), MONDAY + timedelta(hours=20)),
        ]
        self.assertEqual(working_seconds(span, hours), 3 * 3600)


@tagged("post_install", "-at_install")
class TestHistoryReport(AftersalesSetup, HttpCase):
    @feature("B4-09")
    def test_history_as_pdf(self):
        """The history is printed with the case: a page another company can read."""
        case = self._complete(self._new_case(user_id=self.agent.id))
        case.stage_id = self.stage_progress
        self.authenticate("as_agent", "as_agent")
        url = f"/report/html/aftersales_case.report_case_history/{case.id}"
        page = self.url_open(url, timeout=60)
        self.assertEqual(page.status_code, 200)
        self.assertIn(case.number, page.text)
        self.assertIn("In Progress", page.text)
