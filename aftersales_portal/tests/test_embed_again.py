from odoo.tests import tagged

from .embeds import ROOT, EmbedSetup

# The first report arrives, its answer does not.
LOST = """
const {addEventListener, setRequestHeader} = XMLHttpRequest.prototype;
window.keys = [];
XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
    if (name === "Idempotency-Key") {
        window.keys.push(value);
    }
    return setRequestHeader.call(this, name, value);
};
XMLHttpRequest.prototype.addEventListener = function (name, heard) {
    const fail = () => this.dispatchEvent(new Event("error"));
    const isLost = name === "load" && window.keys.length === 1;
    return addEventListener.call(this, name, isLost ? fail : heard);
};
"""
# What is asked for second comes last.
SLOW = """
const known = window.fetch;
let count = 0;
window.fetch = async (...args) => {
    const answer = await known(...args);
    if (++count === 2) {
        await new Promise((done) => setTimeout(done, 1000));
        window.isLate = true;
    }
    return answer;
};
"""


@tagged("post_install", "-at_install")
class TestEmbedAgain(EmbedSetup):
    """What is sent, chosen or answered again in the form of a channel."""

    def _lose(self, browser):
        """Send a report whose answer is lost on its way."""
        self._type(browser, description="It leaks", email="me@home.example")
        self._send_form(browser)
        self._until(browser, f"{ROOT}.querySelector('.errors:not([hidden])')")

    def test_lost_answer(self):
        """Sent again it is the same report, and is answered as the first one was."""
        with self._visit_site(LOST) as (site, browser):
            self._open_form(site, browser)
            self._lose(browser)
            self._click(browser, "button.main")
            case = self._sent_case(browser)
            first, second = self._run(browser, "window.keys")
        self.assertEqual(first, second)
        self.assertEqual(self._arrived().case_id, case)

    def test_changed_answer(self):
        """Changed meanwhile it is another report, which is not refused for its key."""
        with self._visit_site(LOST) as (site, browser):
            self._open_form(site, browser)
            self._lose(browser)
            self._type(browser, description="It leaks badly")
            self._click(browser, "button.main")
            case = self._sent_case(browser)
            first, second = self._run(browser, "window.keys")
        self.assertNotEqual(first, second)
        self.assertIn("badly", str(case.description))

    def test_slow_type(self):
        """The type that was chosen last is asked for, whichever comes first."""
        self._ask("description", self.type_service)
        self.channel.type_ids |= self.type_service
        service, complaint = (
            f".types [value={case_type.code}]"
            for case_type in (self.type_service, self.type_complaint)
        )
        with self._visit_site(SLOW) as (site, browser):
            self._open_form(site, browser)
            self._click(browser, service)
            self._click(browser, complaint)
            self._until(browser, "window.isLate")
            title = f"{ROOT}.querySelector('h2').innerText === 'Complaint'"
            self._until(browser, title)
            self._run(browser, "new Promise((done) => setTimeout(done, 200))")
            self.assertTrue(self._run(browser, title))

    def test_chain(self):
        """What a hidden question had brought up goes with it."""
        self._ask("urgency")
        for name, asked in (("impact", "urgency"), ("phone", "impact")):
            rule = self._ask(name)
            rule.condition_ids = [(0, 0, {"key": asked, "operator": "=", "value": "3"})]
        with self._visit_site() as (site, browser):
            self._open_form(site, browser)
            self._type(browser, urgency="3")
            self._type(browser, impact="3")
            self.assertTrue(self._is_shown(browser, "[name=phone]"))
            self._type(browser, urgency="1")
            self.assertFalse(self._is_shown(browser, "[name=impact]"))
            self.assertFalse(self._is_shown(browser, "[name=phone]"))
