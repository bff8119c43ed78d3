import io
from datetime import datetime, timedelta

from lxml import html
from pypdf import PdfReader

from odoo.tests import HttpCase, freeze_time, tagged

from .common import AftersalesCommon, AftersalesSetup, feature
from .papers import LETTERHEAD, find_tops, use_letterhead

MONDAY = datetime(2026, 3, 2, 8, 0, 0)


class LivedCase:
    """A week of five days of eight hours, and a case that lived through some of it."""

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

    def _read_custody(self, page):
        """Return ``{title: {row: (calendar, working)}}`` as the page shows it."""
        tables = html.fromstring(page).iterfind(".//div[h5]")
        return {
            table.findtext("h5"): {
                row.findtext("td[1]"): (row.findtext("td[2]"), row.findtext("td[3]"))
                for row in table.iterfind(".//tbody/tr")
            }
            for table in tables
        }


class TestHistory(LivedCase, AftersalesCommon):
    def test_reasons_are_words(self):
        """Keys that the system logs as a reason are told in words."""
        self.team.member_ids = False
        case = self._new_case()
        self.assertIn("nobody took it yet", case.history_html)
        self.assertNotIn("fallback", case.history_html)

    @feature("N-10")
    def test_who_held_it(self):
        """The tab History says whose turn it was, by party, team, person and stage."""
        case = self._lived_case()
        page = self._as(self.agent2, case).history_html
        custody = self._read_custody(page)
        ours = ("5 h", "5 h")
        # Monday 12:00 to Wednesday 8:00, of which 4 + 8 hours were worked
        waited = ("1 d 20 h", "12 h")
        self.assertEqual(
            custody["Whose turn it was"],
            {self.company.name: ours, "Customer": waited},
        )
        self.assertEqual(custody["Team"], {self.team.name: ("2 d 1 h", "17 h")})
        self.assertEqual(custody["Responsible"], {"Aagje Agent": ("2 d 1 h", "17 h")})
        self.assertEqual(
            custody["Stage"],
            {
                "New": ("2 h", "2 h"),
                "In Progress": ("3 h", "3 h"),
                "Waiting for Customer": waited,
            },
        )

    def test_custody_of_parts_and_supplier(self):
        """Who waits for a supplier does not wait for us, the second time neither."""
        with freeze_time(MONDAY):
            case = self._new_case(user_id=self.agent.id)
        for hours, stage in (
            (1, self.stage_wait_supplier),
            (3, self.stage_progress),
            (4, self.stage_wait_supplier),
            (8, self.stage_progress),
        ):
            with freeze_time(MONDAY + timedelta(hours=hours)):
                case.stage_id = stage
        with freeze_time(MONDAY + timedelta(hours=8)):
            case.invalidate_recordset()
            custody = self._read_custody(case.history_html)["Whose turn it was"]
        self.assertEqual(
            custody,
            {
                self.company.name: ("2 h", "2 h"),
                "Supplier": ("6 h", "6 h"),
            },
        )

    def test_custody(self):
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

    def test_holidays_of_another_company(self):
        """Custody counts the holidays of the case's company, and of no other."""
        calendar = self.company.resource_calendar_id
        calendar.company_id = False
        neighbour = self.env["res.company"].create({"name": "Neighbour"})
        tuesday = MONDAY + timedelta(days=1)
        holiday = self._new_holiday(
            calendar, neighbour, tuesday, tuesday + timedelta(hours=8)
        )
        case = self._lived_case()
        self.assertEqual(case._get_custody()[case]["customer"][1], 12 * 3600)
        holiday.company_id = self.company
        self.assertEqual(case._get_custody()[case]["customer"][1], 4 * 3600)

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
            "1 d 20 h",
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


@tagged("post_install", "-at_install")
class TestHistoryReport(LivedCase, AftersalesSetup, HttpCase):
    @feature("B4-21", "N-10")
    def test_everything_at_hand_in_a_conflict(self):
        """The PDF says who did what and when, and how long each had it."""
        case = self._lived_case()
        self.env["ir.config_parameter"].set_param("report.url", self.base_url())
        report = self._as(self.agent)["ir.actions.report"]
        content, kind = report.with_context(
            force_report_rendering=True
        )._render_qweb_pdf("aftersales_case.report_case_history", case.ids)
        self.assertEqual(kind, "pdf")
        pages = PdfReader(io.BytesIO(content)).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        for part in (
            case.number,
            "Janssen Horeca",
            "Whose turn it was",
            "Customer 1 d 20 h 12 h",
            f"{self.company.name} 5 h 5 h",
            f"{self.team.name} 2 d 1 h 17 h",
            "Aagje Agent 2 d 1 h 17 h",
            "In Progress 3 h 3 h",
            "Stage: New → In Progress",
            "Aagje Agent",
            "3/4/26, 9:00 AM",  # Wednesday, when it was solved
        ):
            self.assertIn(part, text)
        story = text[text.index("Created") :]
        moves = [
            "New → In Progress",
            "In Progress → Waiting for Customer",
            "Waiting for Customer → In Progress",
            "In Progress → Solved",
        ]
        places = [story.index(move) for move in moves]
        self.assertEqual(places, sorted(places))

    def _print(self, case):
        report = self._as(self.agent)["ir.actions.report"]
        return report.with_context(force_report_rendering=True)._render_qweb_pdf(
            "aftersales_case.report_case_history", case.ids
        )[0]

    def test_head(self):
        """The head covers no title, and nothing of what goes on on the next page."""
        use_letterhead(self.company)
        self.env["ir.config_parameter"].set_param("report.url", self.base_url())
        known = self._new_case()
        cases = known | self._new_case(contact_id=False, partner_id=False)
        for case in cases:
            with self.subTest(customer=case.partner_id.name):
                tops = find_tops(self._print(case))
                below = tops[LETTERHEAD[-1]] + 10
                self.assertGreater(tops[f"History of {case.number}"], below)
        for stage in (self.stage_progress, self.stage_wait_customer) * 10:
            self._as(self.agent, known).stage_id = stage
        self.env.flush_all()
        self.env.invalidate_all()  # what was printed before
        tops = find_tops(self._print(known), 1)
        head = tops[LETTERHEAD[-1]]
        others = [top for text, top in tops.items() if text not in LETTERHEAD]
        self.assertGreater(min(others), head + 10)

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
