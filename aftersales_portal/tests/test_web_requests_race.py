import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest import SkipTest

import requests

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from ..const import REFUSED_RATE
from .web import API, GIF, SITE
from .web_races import MOST_OF_ONE, WebRaceCase

SECONDS = 120
STANDING = """
    SELECT count(*) FROM pg_locks
     WHERE NOT granted AND locktype = 'relation' AND relation = %s::regclass
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@tagged("post_install", "-at_install")
class TestWebRequestsRace(WebRaceCase):
    """Many post at the same moment: threads of the real server, with real commits.

    Nothing of ``HttpCase`` but its server: there all requests share one transaction.
    """

    @classmethod
    def setUpClass(cls):
        if not HttpCase.http_port():
            raise SkipTest("no web server runs beside these tests")
        super().setUpClass()
        cls.url = f"http://127.0.0.1:{HttpCase.http_port()}"

    def setUp(self):
        super().setUp()
        self._wait_for_hour()
        with self._transaction() as env:
            channel = env["aftersales.channel"].browse(self.channel_id)
            counts = env["aftersales.channel.count"]
            counts.search([("channel_id", "=", channel.id)]).unlink()
            service = env["aftersales.portal.service"]
            ago = fields.Datetime.now() - timedelta(minutes=1)
            self.body = {
                "type": channel.type_ids.code,
                "start": service._get_start(channel, ago),
                "email": "stranger@elsewhere.example",
                "description": "It leaks",
            }

    def _wait_for_hour(self):
        """Requests are counted by the hour: none begins between those of a test."""
        now = datetime.now()
        rest = 3600 - now.minute * 60 - now.second
        if rest < 60:
            time.sleep(rest + 1)

    # === Acting === #

    @contextmanager
    def _gathering(self, table, count):
        """Keep everybody from writing to a table until so many want to."""
        with self._transaction() as env:
            env.cr.execute(SQL("LOCK TABLE %s IN SHARE MODE", SQL.identifier(table)))
            yield
            deadline, standing = time.monotonic() + SECONDS, 0
            while standing < count:
                self.assertLess(time.monotonic(), deadline, f"{standing} have come")
                time.sleep(0.05)
                env.cr.execute(STANDING, (table,))
                standing = env.cr.fetchone()[0]

    def _post_at_once(self, count, table, path, **kwargs):
        """Let some post at once; they meet where they write to a table."""
        headers = {"Origin": SITE, "Accept-Language": "en"}
        headers |= kwargs.pop("headers", {})

        def post():
            return requests.post(
                self.url + path, headers=headers, timeout=SECONDS, **kwargs
            )

        with ThreadPoolExecutor(count) as pool:
            with self._gathering(table, count):
                posted = [pool.submit(post) for _number in range(count)]
            return [answer.result() for answer in posted]

    def _get_numbers(self):
        with self._transaction() as env:
            return set(self._get_cases(env).mapped("number"))

    # === The limit === #

    def test_limit(self):
        """Twenty at once against a limit of seven: seven cases, and thirteen are told."""
        before = self._get_numbers()
        path = f"{API}/{self.key}/cases"
        answers = self._post_at_once(
            20, "aftersales_channel_count", path, json=self.body
        )
        codes = Counter(answer.status_code for answer in answers)
        self.assertEqual(codes, {201: MOST_OF_ONE, 429: 20 - MOST_OF_ONE})
        told = {one.json()["number"] for one in answers if one.status_code == 201}
        self.assertEqual(len(told), MOST_OF_ONE)
        self.assertEqual(told, self._get_numbers() - before)
        for answer in answers:
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], SITE)
            if answer.status_code == 429:
                kind = answer.headers["Content-Type"]
                self.assertEqual(kind, "application/problem+json")
                self.assertEqual(answer.json()["code"], "too_many")
                self.assertIn(int(answer.headers["Retry-After"]), range(1, 3601))

    def test_row_of_an_hour(self):
        """However many are refused at once, one row an hour says so."""
        with self._transaction() as env:
            rows = env["aftersales.intake"].search(
                [("channel_id", "=", self.channel_id), ("reason", "=", REFUSED_RATE)]
            )
            rows.unlink()
        path = f"{API}/{self.key}/cases"
        self._post_at_once(12, "aftersales_channel_count", path, json=self.body)
        with self._transaction() as env:
            count = env["aftersales.intake"].search_count(
                [("channel_id", "=", self.channel_id), ("reason", "=", REFUSED_RATE)]
            )
        self.assertEqual(count, 1)

    # === The same twice === #

    def assertOneCase(self, path, **kwargs):
        """Assert that two who send the same at once are told one number, of one case."""
        before = self._get_numbers()
        with mute_logger("odoo.service.model"):
            first, second = self._post_at_once(
                2, "aftersales_channel_key", path, **kwargs
            )
        self.assertEqual(first.status_code, second.status_code, second.text)
        (number,) = self._get_numbers() - before
        return number, first, second

    def test_key(self):
        """Twice at once under one key: one case, and both read the same answer."""
        path = f"{API}/{self.key}/cases"
        headers = {"Idempotency-Key": "twice"}
        number, first, second = self.assertOneCase(
            path, headers=headers, json=self.body
        )
        self.assertEqual(first.status_code, 201)
        self.assertEqual(first.json(), second.json())
        self.assertEqual(first.json()["number"], number)

    def test_key_with_files(self):
        """With files, too: they hang at the case once."""
        path = f"{API}/{self.key}/cases"
        number, first, second = self.assertOneCase(
            path,
            headers={"Idempotency-Key": "twice, with files"},
            data=self.body,
            files=[("files", ("a.gif", GIF)), ("files", ("b.gif", GIF))],
        )
        self.assertEqual(first.status_code, 201)
        self.assertEqual(first.json(), second.json())
        self.assertEqual(first.json()["number"], number)
        with self._transaction() as env:
            case = self._get_cases(env).filtered(lambda one: one.number == number)
            files = case.message_ids.attachment_ids
            self.assertEqual(sorted(files.mapped("name")), ["a.gif", "b.gif"])
            self.assertEqual(files[0].raw, GIF)

    def test_hosted_form(self):
        """Who clicks twice on a page without scripts reads one number."""
        path = f"/aftersales/form/{self.key}"
        page = requests.get(self.url + path, timeout=SECONDS).text
        shown = re.findall(r'name="shown" value="([^"]+)"', page)
        self.assertIn("description", shown)
        said = [*self.body.items(), *(("shown", key) for key in shown)]
        number, *answers = self.assertOneCase(
            path,
            headers={"Origin": self.url},
            files=[(name, (None, text)) for name, text in said],
        )
        for answer in answers:
            self.assertEqual(answer.status_code, 200)
            told = re.search(r"Its number is\s*<b>([^<]+)</b>", answer.text)
            self.assertEqual(told[1], number)
