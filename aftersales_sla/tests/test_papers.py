"""What is printed about deadlines, as it lies on paper."""

from datetime import date

from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.papers import (
    LETTERHEAD,
    find_tops,
    use_letterhead,
)

from .common import SlaSetup


@tagged("post_install", "-at_install")
class TestPapers(SlaSetup, HttpCase):
    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("report.url", self.base_url())
        use_letterhead(self.company)
        self.customer.lang = "en_US"
        self.agreement = self._agreement()
        self._policy(
            {"metric": "resolved", "quantity": 4}, agreement_id=self.agreement.id
        )
        with self._at():
            self.case = self._new_case(user_id=self.agent.id)
        with self._at(6):
            self.case._replay_clocks()

    def _print(self, name, records):
        """Return a report as the head of service prints it."""
        self.env.flush_all()
        self.env.invalidate_all()
        report = self._as(self.leader)["ir.actions.report"]
        content, kind = report.with_context(
            force_report_rendering=True
        )._render_qweb_pdf(name, records.ids)
        self.assertEqual(kind, "pdf")
        return content

    def assertBelowHead(self, tops, text):
        top = min(top for known, top in tops.items() if text in known)
        self.assertGreater(top, tops[LETTERHEAD[-1]] + 10)

    @feature("P-14")
    def test_why(self):
        """Why a deadline is due is printed day by day, with whose case it is."""
        paper = self._print("aftersales_sla.report_clock_why", self._clocks(self.case))
        tops = find_tops(paper)
        self.assertBelowHead(tops, f"Why this due time? {self.case.number}")
        self.assertBelowHead(tops, "Mon 2 Mar")
        self.assertBelowHead(tops, self.customer.name)
        # It goes on on the next sheet, below the head of that one.
        tops = find_tops(paper, 1)
        days = {text: top for text, top in tops.items() if text not in LETTERHEAD}
        self.assertIn("Day", days)
        self.assertGreater(min(days.values()), tops[LETTERHEAD[-1]] + 10)

    @feature("I2-63")
    def test_review(self):
        """The service review is a letter to the customer, with what was missed."""
        with self._at(7):
            review = self._as(self.leader)["aftersales.sla.review"].create(
                {
                    "agreement_id": self.agreement.id,
                    "date_from": date(2026, 3, 1),
                    "date_to": date(2026, 3, 31),
                }
            )
            paper = self._print(review.action_print()["report_name"], review)
            tops = find_tops(paper)
            self.assertBelowHead(tops, review._get_review()["title"])
        self.assertTrue(any(self.case.number in text for text in tops))
        self.assertBelowHead(tops, self.customer.name)
