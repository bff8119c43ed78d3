"""A browser that stays open over many pages, for tests of what people meet there."""

import json
import os
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import SkipTest

from odoo.tests.common import ChromeBrowser

AXE = "axe-core/axe.min.js"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
KEYS = {"Tab": 9, "Enter": 13}
PHONE, DESKTOP = 390, 1400
HEIGHT = 844
SECONDS_TO_LOAD = 60
# Of a form, or of one of its buttons.
SEND = """(sender) => {
    const form = sender.form || sender;
    form.noValidate = true;
    form.requestSubmit(sender.form ? sender : null);
}"""
READY = "html[lang='{}'] > body{}"
SCRIPTS = "[is-ready]"  # they have started
# A page that is left while it asks for something logs an error: count what it waits for.
COUNT = """
window.waitsFor = 0;
const {fetch} = window;
window.fetch = (...args) => {
    window.waitsFor++;
    return fetch(...args).finally(() => window.waitsFor--);
};
const {send} = XMLHttpRequest.prototype;
XMLHttpRequest.prototype.send = function (...args) {
    window.waitsFor++;
    this.addEventListener("loadend", () => window.waitsFor--);
    return send.apply(this, args);
};
"""
FIND = """
axe.run(document, {runOnly: %s, resultTypes: ["violations"]}).then((result) => {
    const known = %s;
    const isKnown = (id, target) =>
        id in known && document.querySelector(target)?.closest(known[id]);
    return result.violations
        .filter(({impact}) => ["serious", "critical"].includes(impact))
        .flatMap(({id, nodes}) => nodes
            .filter((node) => !isKnown(id, node.target.flat().at(0)))
            .map((node) => `${id}: ${node.html.slice(0, 300)} ${node.failureSummary}`));
})
"""
WIDE = """
[...document.querySelectorAll(%s)].flatMap((ours) => [...ours.querySelectorAll("*")])
    .filter((element) => {
        const {right, width} = element.getBoundingClientRect();
        const scrolls = (one) => one?.closest("#wrap *")
            && (getComputedStyle(one).overflowX !== "visible" || scrolls(one.parentElement));
        return width > 1 && right > innerWidth + 1 && !scrolls(element.parentElement);
    })
    .map((element) => element.outerHTML.slice(0, 300))
"""
STOP = """
(() => {
    const element = document.activeElement;
    const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(element);
    const isSeen = boxShadow !== "none"
        || (outlineStyle !== "none" && parseFloat(outlineWidth) > 0);
    const {height, top, bottom} = element.getBoundingClientRect();
    return {
        name: element.name || element.getAttribute("href") || element.innerText.trim(),
        isSeen: isSeen && height > 0 && bottom > 0 && top < innerHeight,
    };
})()
"""


@dataclass(frozen=True)
class Page:
    """A page in a state, as somebody sees it."""

    name: str
    # Whose eyes, "" for who has no log-in, and where.
    login: str
    url: str
    # What is there in this state: a page of an error is not to be judged instead.
    shows: str
    # The form to send as it stands, to come to this state.
    sends: str = ""
    lang: str = "en-US"
    has_scripts: bool = True
    # What of it we have made.
    ours: str = "#wrap"


def read_axe():
    """Return the script of axe, which the programs in ``setup/`` install."""
    for folder in os.environ.get("NODE_PATH", "").split(os.pathsep):
        path = Path(folder) / AXE
        if folder and path.exists():
            return path.read_text()
    raise SkipTest("axe-core is not installed: NODE_PATH names no folder with it")


class BrowsingMixin:
    """Opens pages one after the other in one browser: starting it takes long."""

    @contextmanager
    def _browse(self, *scripts):
        """Start a browser; each page gets these scripts."""
        browser = ChromeBrowser(self)
        with self.allow_requests(browser=browser), ExitStack() as stack:
            stack.callback(self._wait_remaining_requests)
            stack.callback(browser.stop)
            stack.callback(self._wait_until_idle, browser)
            for script in (f"{{{COUNT}}}", *scripts):
                browser._websocket_request(
                    "Page.addScriptToEvaluateOnNewDocument", params={"source": script}
                )
            yield browser

    def _sit_down(self, browser, login):
        """Log somebody in, when what the one before had asked for is answered."""
        self._wait_until_idle(browser)
        browser._websocket_request("Page.navigate", params={"url": "about:blank"})
        self._wait_remaining_requests()
        # Else everybody reads the language of the first.
        browser.delete_cookie("frontend_lang", url=self.base_url())
        self.authenticate(login or None, login or None, browser=browser)
        self.env.flush_all()
        self.env.cr.clear()

    def _open_page(self, browser, page):
        """Open a page and bring it into its state."""
        self._wait_until_idle(browser)
        browser._websocket_request(
            "Page.navigate", params={"url": self.base_url() + page.url}, timeout=60
        )
        if page.sends:
            sender = f"document.querySelector({json.dumps(page.sends)})"
            self._wait_for(browser, page, page.sends)
            self._wait_until_idle(browser)
            # Past what the browser itself would say: the server answers.
            self._run(browser, f"({SEND})({sender})")
        self._wait_for(browser, page, page.shows)

    def _wait_for(self, browser, page, selector):
        ready = READY.format(page.lang, SCRIPTS if page.has_scripts else "")
        selector = f"{ready} {selector}"
        code = f"Boolean(document.querySelector({json.dumps(selector)}))"
        deadline = time.monotonic() + SECONDS_TO_LOAD
        while not self._run(browser, code):
            if time.monotonic() > deadline:
                text = self._run(browser, "document.body.innerText")
                self.fail(f"{page.name}: {selector} is not on {page.url}:\n{text}")
            time.sleep(0.05)

    def _wait_until_idle(self, browser):
        deadline = time.monotonic() + SECONDS_TO_LOAD
        while self._run(browser, "window.waitsFor") and time.monotonic() < deadline:
            time.sleep(0.05)

    def _run(self, browser, code):
        """Run a script in the page and return its value."""
        answer = browser._websocket_request(
            "Runtime.evaluate",
            params={"expression": code, "awaitPromise": True, "returnByValue": True},
            timeout=120,
        )
        # A page that goes away meanwhile has nothing to say.
        self.assertNotIn("exceptionDetails", answer)
        return answer["result"].get("value")

    def _set_width(self, browser, width):
        browser._websocket_request(
            "Emulation.setDeviceMetricsOverride",
            params={
                "width": width,
                "height": HEIGHT,
                "deviceScaleFactor": 1,
                "mobile": False,
            },
        )

    def _find_barriers(self, browser, known):
        """Return what axe finds serious or critical, but for what is known.

        :param known: ``{rule of axe: selector}`` of what others are responsible for
        """
        return self._run(browser, FIND % (json.dumps(WCAG), json.dumps(known)))

    def _find_wide(self, browser, page):
        """Return what of ours makes one scroll sideways, and does not scroll itself."""
        return self._run(browser, WIDE % json.dumps(page.ours))

    def _get_stops(self, browser, number):
        """Return where Tab stops, one after the other, and whether that can be seen."""
        stops = []
        for _press in range(number):
            self._press(browser)
            stops.append(self._run(browser, STOP))
        return stops

    def _press(self, browser, key="Tab"):
        for kind in ("rawKeyDown", "keyUp"):
            browser._websocket_request(
                "Input.dispatchKeyEvent",
                params={
                    "type": kind,
                    "key": key,
                    "code": key,
                    "windowsVirtualKeyCode": KEYS[key],
                },
            )
