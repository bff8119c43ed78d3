"""What a visitor does with the form of a channel on a page of another website."""

import json
import time
from contextlib import contextmanager

from .browsing import BrowsingMixin
from .sites import serve_site
from .web import WebSetup

SECONDS = 30
DIV = '<div data-aftersales-channel="website"></div>'
ROOT = "document.querySelector('[data-aftersales-channel]').shadowRoot"
# What a visitor does: type, choose, drop, click.
TYPE = """((name, value) => {
    const input = %(root)s.querySelector(`[name="${name}"]`);
    input.value = value;
    input.dispatchEvent(new Event("input", {bubbles: true}));
})"""
CLICK = "%(root)s.querySelector(%(selector)s).click()"
DROP = """((files) => {
    const transfer = new DataTransfer();
    for (const [name, base64] of files) {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
    }
    const event = new DragEvent("drop", {bubbles: true, dataTransfer: transfer});
    %(root)s.querySelector(".drop").dispatchEvent(event);
})"""
GIF_TEXT = "R0lGODlhAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="


class EmbedSetup(BrowsingMixin, WebSetup):
    """A website of somebody else, on whose pages the form of a channel stands."""

    @contextmanager
    def _visit_site(self, *scripts):
        """Open a browser, and a website whose browsers may report."""
        with serve_site() as site, self._browse(*scripts) as browser:
            self.channel.origins = site.origin
            # Strangers come without the cookie of the test.
            self.http_request_allow_all = True
            self.addCleanup(setattr, self, "http_request_allow_all", False)
            self.env.flush_all()
            yield site, browser

    def _get_tag(self, **data):
        said = " ".join(f'data-{name}="{value}"' for name, value in data.items())
        return f'<script src="{self.base_url()}/aftersales/embed.js" {said}></script>'

    def _open_form(self, site, browser, lang="en-US", body=DIV):
        url = site.show("/", body, lang=lang, head=self._get_tag())
        self._go(browser, url)

    def _go(self, browser, url, state="shown"):
        browser._websocket_request("Page.navigate", params={"url": url}, timeout=60)
        self._until(
            browser,
            "[...document.querySelectorAll('[data-aftersales-channel]')].some("
            f"(host) => host.dataset.aftersalesReady === '{state}')",
        )

    def _until(self, browser, code):
        deadline = time.monotonic() + SECONDS
        while not self._run(browser, f"Boolean({code})"):
            if time.monotonic() > deadline:
                shown = self._run(
                    browser,
                    f"document.body.innerText + ({ROOT}?.textContent || '')",
                )
                self.fail(f"{code} never came true:\n{shown}")
            time.sleep(0.05)

    def _type(self, browser, **answers):
        for name, value in answers.items():
            code = TYPE % {"root": ROOT}
            self._run(browser, f"{code}({json.dumps(name)}, {json.dumps(value)})")

    def _click(self, browser, selector):
        code = CLICK % {"root": ROOT, "selector": json.dumps(selector)}
        self._run(browser, code)

    def _drop(self, browser, *files):
        self._run(browser, f"{DROP % {'root': ROOT}}({json.dumps(files)})")

    def _read(self, browser, selector):
        """Return the text of an element of the form, or None."""
        found = f"{ROOT}.querySelector({json.dumps(selector)})"
        return self._run(browser, f"{found} && {found}.innerText")

    def _send_form(self, browser):
        # Faster, one is a robot.
        self._run(browser, "new Promise((done) => setTimeout(done, 3100))")
        self._click(browser, "button.main")

    def _sent_case(self, browser):
        self._until(browser, f"{ROOT}.querySelector('.sent')")
        self.env.invalidate_all()
        number = self._read(browser, ".number")
        cases = self.env["aftersales.case"].search([], order="id desc", limit=1)
        self.assertEqual(number, f"Its number is {cases.number}.")
        return cases

    def _focus(self, browser):
        """Return the text or the name of what has the focus in the form."""
        code = f"{ROOT}.activeElement?.name || {ROOT}.activeElement?.innerText"
        return self._run(browser, code)

    def _is_shown(self, browser, selector):
        found = f"{ROOT}.querySelector({json.dumps(selector)})"
        return self._run(browser, f"Boolean({found}?.checkVisibility())")
