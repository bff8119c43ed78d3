from odoo.tests import tagged

from odoo.addons.aftersales_case.const import CLAIM_TYPED, INTAKE_CASE
from odoo.addons.aftersales_case.tests.common import feature

from .embeds import ROOT
from .wordpress import BLOCK, PLACE, WordPressSetup, make_photo

# The report arrives, and its answer is lost on the way back, once.
LOSE = """
{
    let isLost = false;
    const {open} = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (...args) {
        this.addEventListener("load", (event) => {
            if (!isLost) {
                isLost = true;
                event.stopImmediatePropagation();
                this.dispatchEvent(new ProgressEvent("error"));
            }
        });
        return open.apply(this, args);
    };
}
"""
HOSTS = "document.querySelectorAll('[data-aftersales-channel]')"


@tagged("post_install", "-at_install")
class TestWordPress(WordPressSetup):
    """People report from the pages of a WordPress, on a server of its own."""

    @feature("B4-07", "N-26")
    def test_administrator(self):
        """A script in an HTML block: a customer sends a photo, and it is a claim."""
        address = self.site.publish(
            "admin", "Complaint", BLOCK.format(self._get_tag(channel="website"))
        )
        with self._visit() as browser:
            self._go(browser, address)
            self._type(browser, description="It leaks", email=self.contact.email)
            with self._chosen_file(browser, "leak.jpg", make_photo()):
                self._send_form(browser)
                case = self._sent_case(browser)
        self.assertEqual(case.name, "It leaks")
        self.assertEqual(case.claimed_partner_id, self.contact)
        self.assertEqual(case.claim_reason, CLAIM_TYPED)
        self.assertFalse(case.partner_id)
        photo = case.message_ids.attachment_ids
        self.assertEqual((photo.name, photo.mimetype), ("leak.jpg", "image/jpeg"))
        self.assertEqual(photo.raw, make_photo())
        row = self._arrived()
        self.assertEqual((row.state, row.case_id), (INTAKE_CASE, case))

    def test_chosen_files(self):
        """The list says what is chosen; no browser says beside it that nothing is."""
        address = self.site.publish(
            "admin", "Complaint", BLOCK.format(self._get_tag(channel="website"))
        )
        with self._visit() as browser:
            self._go(browser, address)
            self.assertEqual(self._read(browser, ".drop .button"), "Choose files")
            field = f"{ROOT}.querySelector('.drop input')"
            self.assertLess(self._run(browser, f"{field}.offsetWidth"), 5)
            self._run(browser, f"{ROOT}.querySelector('[name=email]').focus()")
            self._press(browser)
            marked = f"getComputedStyle({field}.nextElementSibling).outlineStyle"
            self.assertEqual(self._run(browser, marked), "solid")
            with self._chosen_file(browser, "leak.jpg", make_photo()):
                self.assertIn("leak.jpg", self._read(browser, ".files"))

    @feature("B4-07")
    def test_same_twice(self):
        """Who got no answer sends it again: it is one case, under one number."""
        address = self.site.publish(
            "admin", "Complaint", BLOCK.format(self._get_tag(channel="website"))
        )
        before = self.env["aftersales.case"].search_count([])
        with self._visit(LOSE) as browser:
            self._go(browser, address)
            self._type(browser, description="It leaks", email="me@home.example")
            with self._chosen_file(browser, "leak.jpg", make_photo()):
                self._send_form(browser)
                self._until(browser, f"{ROOT}.querySelector('.errors li')")
                self.env.invalidate_all()
                first = self._arrived().case_id
                self.assertEqual(len(first), 1)
                self._click(browser, "button.main")
                case = self._sent_case(browser)
        self.assertEqual(case, first)
        self.assertEqual(self.env["aftersales.case"].search_count([]), before + 1)
        self.assertEqual(case.message_ids.attachment_ids.mapped("name"), ["leak.jpg"])

    @feature("B4-07")
    def test_author(self):
        """The script stands in the footer; authors, who may write none, say where."""
        self.site.write_footer(BLOCK.format(self._get_tag()))
        self.addCleanup(self.site.write_footer, "")
        script = self._get_tag(channel="other")
        address = self.site.publish(
            "author", "Problem?", BLOCK.format(script + PLACE.format("")), "posts"
        )
        with self._visit() as browser:
            self._go(browser, address)
            self.assertEqual(self._run(browser, f"{HOSTS}.length"), 1)
            self._type(browser, description="It rattles", email="me@home.example")
            self._send_form(browser)
            case = self._sent_case(browser)
        self.assertEqual(case.name, "It rattles")

    @feature("B4-07")
    def test_link(self):
        """An author writes a link: it leads to the form on a page of its own."""
        link = f'<a href="{self.base_url()}/aftersales/form/website">Report it</a>'
        address = self.site.publish("author", "Help", f"<p>{link}</p>", "posts")
        with self._visit() as browser:
            browser._websocket_request("Page.navigate", params={"url": address})
            found = "document.querySelector('a[href$=\"/form/website\"]')"
            self._until(browser, found)
            self._run(browser, f"{found}.click()")
            self._until(browser, f"{HOSTS}[0]?.shadowRoot?.querySelector('form')")
            self._type(browser, description="It hums", email="me@home.example")
            self._send_form(browser)
            case = self._sent_case(browser)
        self.assertEqual(case.name, "It hums")

    def test_language(self):
        """The form speaks the language of the page."""
        self.env["res.lang"]._activate_lang("nl_NL")
        self.type_complaint.with_context(lang="nl_NL").portal_word = "Klacht"
        self.site.speak("nl_NL")
        self.addCleanup(self.site.speak, "")
        address = self.site.publish(
            "admin", "Klacht", BLOCK.format(self._get_tag(channel="website"))
        )
        with self._visit() as browser:
            self._go(browser, address)
            self.assertEqual(self._read(browser, "h2"), "Klacht")
            self.assertEqual(
                self._run(browser, "document.documentElement.lang"), "nl-NL"
            )
