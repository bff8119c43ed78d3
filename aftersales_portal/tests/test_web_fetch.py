import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.aftersales_case.const import INTAKE_CASE
from odoo.addons.aftersales_case.tests.common import feature

from ..models.channel.aftersales_intake_files import MOST_TRIES, MOST_URLS
from .submissions import CF7, SHAPES
from .test_web_hook import HookSetup
from .web import GIF, SITE

# {path: (status, headers, body)}
FILES = {
    "/leak.gif": (200, {}, GIF),
    "/leak.php": (200, {"Content-Type": "image/gif"}, b"<?php echo 1;"),
    "/there": (302, {"Location": "/leak.gif"}, b""),
    "/gone.gif": (404, {}, b""),
    "/page%00%0d%0a.html": (200, {}, b"<html>"),
    f"/{'x' * 1900}": (200, {}, b"<html>"),
    "/busy.gif": (503, {}, b""),
    "/large.gif": (200, {}, b"GIF89a" + bytes(2**20)),
    "/half.gif": (200, {}, b"GIF89a" + bytes(600 * 1024)),
}


class Website(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        status, headers, body = FILES[self.path.partition("?")[0]]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@tagged("post_install", "-at_install")
class TestWebFetch(HookSetup):
    """Files of which a form sends the address: of its website only, and never of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = ThreadingHTTPServer(("127.0.0.1", 0), Website)
        cls.website.asked = []
        thread = threading.Thread(target=cls.website.serve_forever)
        thread.start()
        cls.addClassCleanup(thread.join)
        cls.addClassCleanup(cls.website.server_close)
        cls.addClassCleanup(cls.website.shutdown)
        cls.files = f"http://127.0.0.1:{cls.website.server_port}"
        cls.channel.write({"file_origins": cls.files, "most_megabytes": 1})
        mappings = SHAPES["CF7 to Webhook"][2] | {
            "photo": {"key": "files", "separator": ","}
        }
        cls.channel.mapping_ids = [
            (0, 0, {"path": path} | vals) for path, vals in mappings.items()
        ]

    @contextmanager
    def _near(self):
        """Let the website of this test, which stands here, count as a public one."""
        service = type(self.env["aftersales.portal.service"])
        with patch.object(service, "_fetches_private", lambda self: True):
            yield

    def _report(self, *urls):
        self.website.asked.clear()
        row = self._submit(CF7 | {"photo": ",".join(urls)})
        self._judge()
        self.assertEqual(row.state, INTAKE_CASE, row.error)
        return row

    def _fetch(self):
        self.env.flush_all()
        self.env.ref("aftersales_portal.cron_fetch_files").method_direct_trigger()
        self.env.invalidate_all()

    def _get_names(self, row):
        return row.case_id.message_ids.attachment_ids.mapped("name")

    @feature("B4-03")
    def test_fetched(self):
        """The photo of a form is the message of its sender."""
        row = self._report(f"{self.files}/leak.gif?size=1")
        self.assertEqual(self.website.asked, [])
        with self._near():
            self._fetch()
        message = row.case_id.message_ids.filtered("attachment_ids")
        self.assertEqual(message.attachment_ids.raw, GIF)
        self.assertEqual(message.attachment_ids.name, "leak.gif")
        self.assertEqual(message.email_from, row.email_from)
        self.assertFalse(row.file_urls or row.files_at or row.file_errors)
        with self._near():
            self._fetch()
        self.assertEqual(len(self.website.asked), 1)

    def test_failures(self):
        """What cannot be fetched stands on the row with its reason; the rest is there."""
        names = ("leak.php", "there", "gone.gif", "large.gif", "leak.gif")
        row = self._report(*(f"{self.files}/{name}" for name in names))
        with self._near():
            self._fetch()
        self.assertEqual(self._get_names(row), ["leak.gif"])
        errors = row.file_errors.splitlines()
        self.assertEqual(len(errors), 4, errors)
        for name, reason, error in zip(
            names[:4],
            ("cannot be taken", "302", "404", "too large"),
            errors,
            strict=True,
        ):
            self.assertIn(name, error)
            self.assertIn(reason, error)
        self.assertEqual(self.website.asked.count("/leak.gif"), 1)

    def test_again(self):
        """A website that is busy is asked again, ever later, and not for ever."""
        row = self._report(f"{self.files}/busy.gif", f"{self.files}/leak.gif")
        with self._near():
            self._fetch()
            self.assertEqual(row.file_urls, [f"{self.files}/busy.gif"])
            self.assertGreater(row.files_at, fields.Datetime.now())
            self.assertEqual(self._get_names(row), ["leak.gif"])
            self._fetch()
            self.assertEqual(row.file_tries, 1)
            for _again in range(5):
                row.files_at = fields.Datetime.now() - timedelta(minutes=1)
                self._fetch()
        self.assertFalse(row.file_urls or row.files_at)
        self.assertIn("busy.gif", row.file_errors)
        self.assertEqual(self.website.asked.count("/busy.gif"), 6)
        self.assertEqual(self.website.asked.count("/leak.gif"), 1)

    def test_nowhere_else(self):
        """No other website, no private network, no other kind of address, no user."""
        port = self.website.server_port
        for url in (
            f"{self.files}/leak.gif",
            f"http://localhost:{port}/leak.gif",
            f"http://127.0.0.1@evil.example:{port}/leak.gif",
            f"{self.files}@evil.example/leak.gif",
            f"http://[::ffff:127.0.0.1]:{port}/leak.gif",
            "https://www.other.example/leak.gif",
            "file:///etc/passwd",
            "http://169.254.169.254/latest/meta-data",
            "x" * 3000,
        ):
            with self.subTest(url=url[:60]):
                row = self._report(url)
                self._fetch()
                self.assertFalse(self._get_names(row))
                self.assertIn(url, row.file_errors)
        self.assertEqual(self.website.asked, [])

    def test_poison(self):
        """What is no address at all keeps nobody else's files from being fetched."""
        evil = (
            "http://[",
            "https://[::1/a.gif",
            "http://[x]/",
            "https://\u2100.example/a.gif",
            f"{self.files}/page%00%0d%0a.html",
            f"{self.files}/{'x' * 1900}",
        )
        rows = [self._report(url) for url in evil]
        good = self._report(f"{self.files}/leak.gif")
        with self._near():
            self._fetch()
        for url, row in zip(evil, rows, strict=True):
            self.assertIn(url, row.file_errors)
            self.assertFalse(row.files_at)
        self.assertEqual(self._get_names(good), ["leak.gif"])

    def test_mistake(self):
        """What fails here is tried again, and stops no other."""
        bad = self._report(f"{self.files}/leak.gif")
        good = self._report(f"{self.files}/leak.gif?2")
        service = type(self.env["aftersales.portal.service"])
        post = service._post_files

        def post_files(service, case, report):
            if case == bad.case_id:
                raise ValueError("Broken")
            return post(service, case, report)

        with self._near(), patch.object(service, "_post_files", post_files):
            self._fetch()
            self.assertEqual(self._get_names(good), ["leak.gif"])
            self.assertTrue(bad.file_urls)
            for _try in range(MOST_TRIES - 1):
                bad.files_at = fields.Datetime.now()
                self._fetch()
        self.assertFalse(bad.file_urls)
        self.assertIn("Broken", bad.file_errors)

    def test_thousands(self):
        """Of thousands of addresses some are tried."""
        row = self._report(*["a"] * 20000)
        self._fetch()
        self.assertEqual(len(row.file_errors.splitlines()), MOST_URLS)

    def test_allowed_websites(self):
        """Without websites of files, those that may report give files; * is none."""
        self.channel.write({"file_origins": False, "origins": f"{SITE}\n*"})
        self.assertTrue(self.channel._gives_files(f"{SITE}/a.gif"))
        self.assertTrue(self.channel._gives_files(f"{SITE}:443/a.gif"))
        for url in (
            "https://shop.example/a",
            f"{SITE}:444/a",
            "http://www.shop.example",
        ):
            with self.subTest(url=url):
                self.assertFalse(self.channel._gives_files(url))

    def test_together(self):
        """No more megabytes than the channel takes of one report; the small one fits."""
        names = ("half.gif", "half.gif?2", "leak.gif")
        row = self._report(*(f"{self.files}/{name}" for name in names))
        with self._near():
            self._fetch()
        self.assertEqual({*self._get_names(row)}, {"half.gif", "leak.gif"})
        self.assertEqual(len(self._get_names(row)), 2)
        [error] = row.file_errors.splitlines()
        self.assertIn("half.gif?2", error)
        self.assertIn("Together", error)

    def test_many(self):
        """No more files than the channel takes."""
        self.channel.most_files = 1
        row = self._report(f"{self.files}/leak.gif", f"{self.files}/leak.gif?2")
        with self._near():
            self._fetch()
        self.assertEqual(self._get_names(row), ["leak.gif"])
        self.assertIn("one file too many", row.file_errors)
        self.assertEqual(len(self.website.asked), 1)
        self.assertIn(self.files, json.dumps(row._read_sent()))
