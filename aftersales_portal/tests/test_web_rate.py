from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import feature

from .embeds import ROOT, EmbedSetup
from .web import SITE, WebSetup


@tagged("post_install", "-at_install")
class TestWebRate(WebSetup):
    """Who sends too much, from the page of a website."""

    def setUp(self):
        super().setUp()
        self.channel.most_of_one = 1
        self._case(self._send(self._body()))

    def _get_counts(self):
        counts = self.env["aftersales.channel.count"].search(
            [("channel_id", "=", self.channel.id)]
        )
        return sorted(counts.mapped("count"))

    @feature("B4-03")
    def test_page_reads_it(self):
        """The page reads that it is too much and how long to wait; no other page does."""
        for origin in (SITE, "https://evil.example"):
            with self.subTest(origin):
                answer = self._send(self._body(), headers={"Origin": origin})
                self.assertEqual(answer.status_code, 429)
                is_allowed = origin == SITE
                allowed = answer.headers.get("Access-Control-Allow-Origin")
                self.assertEqual(allowed, SITE if is_allowed else None)
                exposed = answer.headers.get("Access-Control-Expose-Headers", "")
                self.assertEqual("Retry-After" in exposed, is_allowed)
                self.assertIn("Origin", answer.headers["Vary"])
                self.assertTrue(answer.headers["Retry-After"])

    def test_browser_asks_first(self):
        """What browsers ask before they send is answered, and counts as nothing sent."""
        self._send(self._body())
        before = self._get_counts()
        ask = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type, idempotency-key",
        }
        for _number in range(3):
            answer = self._send(method="OPTIONS", headers=ask)
            self.assertEqual(answer.status_code, 204)
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], SITE)
            may = answer.headers["Access-Control-Allow-Headers"]
            self.assertIn("Idempotency-Key", may)
        for path in ("/website/form", "/website/schema"):
            answer = self._send(path=path, method="GET")
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(self._get_counts(), before)

    def test_tried_again(self):
        """What is too much stays too much when Odoo tries the request again."""
        service = self.registry["aftersales.portal.service"]
        keep, failed = service._keep_refused, []

        def meet(*args):
            if not failed:
                failed.append(True)
                # As two who write to the same row at once.
                raise ConcurrencyError("met")
            return keep(*args)

        self.patch(service, "_keep_refused", meet)
        with mute_logger("odoo.service.model"):
            answer = self._send(self._body())
        self.assertTrue(failed)
        self.assertEqual(answer.status_code, 429, answer.text)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], SITE)


@tagged("post_install", "-at_install")
class TestWebRateOnPage(EmbedSetup):
    """Who sends too much, as he reads it."""

    @feature("B4-03")
    def test_visitor(self):
        """A visitor reads when to send it again; what he typed is still there."""
        self.channel.most_of_one = 1
        self._case(self._send(self._body()))
        with self._visit_site() as (site, browser):
            tag = self._get_tag(channel="website")
            self._go(browser, site.show("/", tag))
            self._type(browser, description="It leaks", email="me@home.example")
            self._send_form(browser)
            self._until(browser, f"{ROOT}.querySelector('.errors li')")
            told = self._read(browser, ".errors li")
            self.assertRegex(told, r"^Too many reports came in\. Send it again in \d+")
            typed = f"{ROOT}.querySelector('[name=description]').value"
            self.assertEqual(self._run(browser, typed), "It leaks")
