"""A visitor of websites with a real browser, for the story."""

import json
import logging
import tempfile
import time
import unittest
from contextlib import contextmanager
from pathlib import Path

from story_dunning import check

from odoo.tests.common import ChromeBrowser

from odoo.addons.aftersales_portal.tests.browsing import BrowsingMixin
from odoo.addons.aftersales_portal.tests.embeds import ROOT, TYPE

SECONDS = 30


class Visitor(BrowsingMixin, unittest.TestCase):
    """Sits at a browser, and fills in the form that stands on the page."""

    browser_size = "1400x850"
    touch_enabled = False
    _logger = logging.getLogger(__name__)

    @contextmanager
    def browsing(self, *scripts):
        """Open a browser; each page gets these scripts."""
        self.browser = ChromeBrowser(self)
        try:
            for script in scripts:
                self.browser._websocket_request(
                    "Page.addScriptToEvaluateOnNewDocument", params={"source": script}
                )
            yield self
        finally:
            self.browser.stop()

    def fetch_proxy(self, _url):
        """Nothing but the own servers can be reached."""
        return {"body": "", "responseCode": 404, "responseHeaders": []}

    def visit(self, address):
        """Open a page and wait for the form on it."""
        self.browser._websocket_request("Page.navigate", params={"url": address})
        self.wait_for("form")

    def fill_in(self, **answers):
        """Type answers."""
        for name, value in answers.items():
            code = f"{TYPE % {'root': ROOT}}({json.dumps(name)}, {json.dumps(value)})"
            self._run(self.browser, code)

    @contextmanager
    def choosing(self, name, raw):
        """Choose a file, which jonas there until it is sent."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(raw)
            field = {"expression": f"{ROOT}.querySelector('input[type=file]')"}
            found = self.browser._websocket_request("Runtime.evaluate", params=field)
            chosen = {
                "files": [str(path)],
                "objectId": found["result"]["objectId"],
            }
            self.browser._websocket_request("DOM.setFileInputFiles", params=chosen)
            self.wait_for(".files > *")
            yield

    def send(self):
        """Click the button of the form."""
        self._run(self.browser, f"{ROOT}.querySelector('button.main').click()")

    def wait_for(self, selector):
        """Return the text of a part of the form as soon as it is there."""
        part = f"{ROOT}?.querySelector({json.dumps(selector)})?.innerText"
        code = f"document.querySelector('[data-aftersales-channel]') && {part}"
        deadline = time.monotonic() + SECONDS
        while not (text := self._run(self.browser, code)):
            check(time.monotonic() < deadline, f"{selector} is not on the page.")
            time.sleep(0.05)
        return text
