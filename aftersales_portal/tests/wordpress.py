"""The form of a channel on the pages of a real WordPress."""

import io
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest import SkipTest

from PIL import Image

from .embeds import ROOT, EmbedSetup

try:
    from ground import wordpress
except ImportError:  # the tests are run by other programs than those in setup/
    wordpress = None

# What the editor makes of its block for HTML.
BLOCK = "<!-- wp:html -->{}<!-- /wp:html -->"
PLACE = '<div data-aftersales-channel="website">{}</div>'


class WordPressSetup(EmbedSetup):
    """A WordPress with an administrator and an author."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not wordpress:
            raise SkipTest("WordPress is started by the programs in setup/ only")
        try:
            cls.site = cls.enterClassContext(wordpress.running())
        except wordpress.Unavailable as problem:
            raise SkipTest(str(problem)) from None

    @contextmanager
    def _visit(self, *scripts):
        """Open a browser, which may report from the pages of the WordPress."""
        with self._browse(*scripts) as browser:
            self.channel.origins = self.site.url
            # Strangers come without the cookie of the test.
            self.http_request_allow_all = True
            self.addCleanup(setattr, self, "http_request_allow_all", False)
            self.env.flush_all()
            yield browser

    @contextmanager
    def _chosen_file(self, browser, name, raw):
        """Choose a file as a visitor does: in the field of the browser."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(raw)
            found = browser._websocket_request(
                "Runtime.evaluate",
                params={"expression": f"{ROOT}.querySelector('input[type=file]')"},
            )
            browser._websocket_request(
                "DOM.setFileInputFiles",
                params={
                    "files": [str(path)],
                    "objectId": found["result"]["objectId"],
                },
            )
            self._until(browser, f"{ROOT}.querySelector('.files > *')")
            # The browser reads it when it sends.
            yield


def make_photo():
    photo = io.BytesIO()
    Image.new("RGB", (640, 480), "brown").save(photo, "JPEG")
    return photo.getvalue()
