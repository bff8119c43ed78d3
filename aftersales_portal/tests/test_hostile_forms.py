from odoo import http
from odoo.tests import HttpCase, tagged

from ..const import LONGEST_LINE
from .test_report import ReportSetup

HUGE = "9" * 5000
OTHERS = ("product_ids", "slip_number", "properties-missing", "properties-count")


@tagged("post_install", "-at_install")
class TestHostileForms(ReportSetup, HttpCase):
    """Requests that no page of ours makes: answered, with nothing broken."""

    def setUp(self):
        super().setUp()
        self._show("slip_number", portal="asked")
        self.case = self._new_case()
        self.page = f"/my/cases/{self.case.id}"
        self.authenticate(self.anna.login, self.anna.login)

    def _post(self, url, data, **kwargs):
        token = http.Request.csrf_token(self)
        answer = self.url_open(
            url, data={"csrf_token": token} | data, timeout=120, **kwargs
        )
        self.env.invalidate_all()
        return answer

    def assertFine(self, answer):
        self.assertIn(answer.status_code, (200, 404, 422))

    def test_nothing_is_text(self):
        """Signs that no text has, in every place where customers type."""
        places = (
            (self.page, {"message": "a\0b"}),
            (f"{self.page}/close", {"reason": "a\0b"}),
            (self.url, {"description": "a\0b", "shown": ["description"]}),
            (self.url, {"search": "a\0b", "step": "search"}),
            (self.url, {"slip_number": "a\0b", "shown": ["slip_number"]}),
        )
        for url, data in places:
            with self.subTest(url=url, data=data):
                self.assertFine(self._post(url, data))
        self.assertFine(self.url_open("/my/cases?search=a%00b", timeout=120))

    def test_file_in_place_of_text(self):
        """A file under the name of a text is no text."""
        for url, name in (
            (self.page, "message"),
            (f"{self.page}/close", "reason"),
            (self.url, "description"),
        ):
            with self.subTest(url=url):
                data = {"shown": ["description", *OTHERS]}
                answer = self._post(url, data, files=[(name, ("a.txt", b"text"))])
                self.assertEqual(answer.status_code, 422)

    def test_numbers_without_end(self):
        """Ids longer than any number."""
        for url, data in (
            (self.page, {"message": "Hello", "drop": HUGE}),
            (self.url, {"product_ids": [HUGE, "9" * 30], "shown": ["product_ids"]}),
        ):
            with self.subTest(url=url):
                self.assertFine(self._post(url, data))
        for url in (
            f"/my/cases/{'9' * 30}",
            f"/my/cases/{self.case.id}/files/{'9' * 30}",
            f"/my/cases/new/{'9' * 30}",
            f"/aftersales/preview/{'9' * 30}",
            f"/my/cases/page/{'9' * 30}",
            f"/mail/view?model=aftersales.case&res_id={HUGE}",
        ):
            with self.subTest(url=url[:40]):
                self.assertFine(self.url_open(url, timeout=120))

    def test_lines_without_end(self):
        """A line that is longer than any: said at the field, and kept."""
        text = "".join(f"{number:x}" for number in range(4000))
        answer = self._post(
            self.url,
            {
                "description": "It leaks",
                "slip_number": text,
                "shown": ["description", *OTHERS],
            },
        )
        self.assertEqual(answer.status_code, 422)
        self.assertIn(f"longer than {LONGEST_LINE} characters", answer.text)
