from odoo import http
from odoo.tests import HttpCase, tagged

from ..const import LONGEST_TEXT
from .test_report import ReportSetup

URL = "/my/cases/similar"
KNOWN = 'name="similar_cases"'


@tagged("post_install", "-at_install")
class TestSimilar(ReportSetup, HttpCase):
    """Open cases that tell of the same trouble are shown before it is told twice."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case(name="The pump leaks")
        self.authenticate(self.anna.login, self.anna.login)

    def _ask(self, text, url=URL, **data):
        token = http.Request.csrf_token(self)
        return self.url_open(
            url, data={"csrf_token": token, "text": text} | data, timeout=120
        )

    def test_similar(self):
        """One's own open cases, by what will be the title; nothing else."""
        answer = self._ask("The pump is leaking\nagain and again")
        self.assertIn(f'href="/my/cases/{self.case.id}"', answer.text)
        self.assertIn(self.case.number, answer.text)
        for text in ("", "The", "Much noise", "%", "x" * (LONGEST_TEXT * 10), "\0"):
            with self.subTest(text=text[:9]):
                answer = self._ask(text)
                self.assertEqual(answer.status_code, 200)
                self.assertNotIn(KNOWN, answer.text)
        self._complete(self.case).stage_id = self.stage_solved
        self.assertNotIn(KNOWN, self._ask("The pump is leaking").text)

    def test_of_others(self):
        """Of cases that one does not see, nothing is told."""
        for user, is_seen in ((self.ben, False), (self.cleo, False), (self.anna, True)):
            with self.subTest(user=user.login):
                self.authenticate(user.login, user.login)
                answer = self._ask("The pump is leaking")
                self.assertEqual(KNOWN in answer.text, is_seen)
        self._share("all")
        self.authenticate(self.ben.login, self.ben.login)
        self.assertIn(KNOWN, self._ask("The pump is leaking").text)
        self.case.confidential = True
        self.assertNotIn(KNOWN, self._ask("The pump is leaking").text)

    def test_queries(self):
        """A hundred cases take as many queries as one."""
        service, partner = self._service(self.anna)

        def show():
            service._get_similar(partner, "The pump is leaking")

        show()
        one = self._count_queries(show)
        for number in range(7):
            self._new_case(name=f"The pump leaks {number}")
        self.assertEqual(self._count_queries(show), one)
        self.assertEqual(len(service._get_similar(partner, "The pump is leaking")), 5)

    def test_without_javascript(self):
        """They stand with the mistakes, and with the next questions."""
        answer = self._ask(
            "",
            self.url,
            description="The pump is leaking",
            shown="description",
        )
        self.assertIn(KNOWN, answer.text)
        self.assertIn(self.case.number, answer.text)

    def test_tour(self):
        """While he types."""
        self.start_tour(self.url, "aftersales_portal_similar", login="as_anna")
