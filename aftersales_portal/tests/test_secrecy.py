import re
import time

from odoo.tests import HttpCase, tagged

from .common import PortalSetup

# The identity of a form, its token, and when it was made: new with each page.
FRESH = re.compile(r'csrf_token: "[^"]*"|value="[^"]*"')
TURNS = 20
PAGES = ("", "/change", "/close", "/reopen")


@tagged("post_install", "-at_install")
class TestSecrecy(PortalSetup, HttpCase):
    """Nobody learns whether something of somebody else is there at all."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case(name="Secret leak")
        self.closed = self._complete(self._new_case(name="Secret leak"))
        self.closed.stage_id = self.stage_solved
        self._new_case(name="Own", contact_id=self.cleo.partner_id.id)
        self.file = self._new_file(self.case, "secret.txt", b"Secret leak")
        self._tell(self.case, "Secret leak", self.contact, attachment_ids=self.file.ids)
        self.authenticate(self.cleo.login, self.cleo.login)

    def _ask(self, url):
        """Return status, text and number of queries of an answer."""
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        answer = self.url_open(url, timeout=120, allow_redirects=False)
        count = self.env.cr.sql_log_count - start
        return answer.status_code, FRESH.sub("", answer.text), count

    def assertSame(self, url, theirs, missing):
        """Assert that an address answers alike for two numbers."""
        # What the registry keeps for all requests is read by the first one.
        self._ask(url.format(theirs))
        status, text, queries = self._ask(url.format(theirs))
        other_status, other_text, other_queries = self._ask(url.format(missing))
        self.assertEqual(status, other_status)
        self.assertEqual(len(text), len(other_text))
        # Either may be a part of the name of a script, which is on both pages.
        numbers = re.compile(f"{theirs}|{missing}")
        self.assertEqual(numbers.sub("N", text), numbers.sub("N", other_text))
        self.assertEqual(queries, other_queries)
        self.assertNotIn("Secret", text)

    def _get_missing(self, record):
        """Return an id that is as long as the record's, and nobody's."""
        number = int("9" * len(str(record.id)))
        while record.browse(number).exists():
            number -= 1
        return number

    def test_pages(self):
        """A case of another customer and one that is not there are the same."""
        question = {"case_id": self.case.id, "name": "Secret leak", "kind": "text"}
        asked = self.case._ask(self.env["aftersales.question"].create(question))
        asked = f"/my/cases/{{}}/questions/{asked.id}"
        links = (
            asked,
            "/aftersales/preview/{}",
            "/mail/view?model=aftersales.case&res_id={}",
        )
        files = f"/my/cases/{{}}/files/{self.file.id}"
        for url in (*(f"/my/cases/{{}}{page}" for page in PAGES), files, *links):
            for case in (self.case, self.closed):
                with self.subTest(state=case.state, url=url):
                    self.assertSame(url, case.id, self._get_missing(case))

    def test_files(self):
        """A file that is no matter of one's own case and one that is not there."""
        own = self._new_case(contact_id=self.cleo.partner_id.id)
        url = f"/my/cases/{own.id}/files/{{}}"
        self.assertSame(url, self.file.id, self._get_missing(self.file))

    def test_search(self):
        """What is searched for and is somebody else's, and what is nowhere."""
        for theirs, nothing in (
            ("Secret leak", "Sxcret lxxk"),
            (self.case.number, self.case.number.replace("TCMP", "XCMP")),
        ):
            with self.subTest(search=theirs):
                url = "/my/cases?search={}"
                self._ask(url.format(theirs))
                answers = [self._ask(url.format(text)) for text in (theirs, nothing)]
                (status, text, queries), (other, other_text, other_queries) = answers
                self.assertEqual((status, queries), (other, other_queries))
                self.assertEqual(len(text), len(other_text))

    def test_time(self):
        """Neither takes longer: what is not shown is not looked at further."""
        urls = [
            f"/my/cases/{number}"
            for number in (self.case.id, self._get_missing(self.case))
        ]
        seconds = {url: [] for url in urls}
        for _turn in range(TURNS):
            for url in urls:
                started = time.perf_counter()
                self.assertEqual(self._ask(url)[0], 404)
                seconds[url].append(time.perf_counter() - started)
        theirs, nothing = (min(times) for times in seconds.values())
        # The queries are the same: this is only to notice what costs seconds.
        self.assertLess(max(theirs, nothing), 3 * min(theirs, nothing))

    def test_nobody(self):
        """Who is not logged in learns nothing of a case by the link of a mail."""
        self.logout()
        url = "/mail/view?model=aftersales.case&res_id={}"
        self.assertSame(url, self.case.id, self._get_missing(self.case))
        answer = self.url_open(url.format(self.case.id), allow_redirects=False)
        self.assertIn("/web/login?redirect=", answer.headers["Location"])
