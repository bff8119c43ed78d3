from contextlib import nullcontext

from odoo.tests import tagged

from odoo.addons.aftersales_case.const import INTAKE_ADDED
from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.gateway import COMPLAINTS
from odoo.addons.aftersales_case.tests.mail_round import MailRoundCommon, write_answer

from .links import LINK
from .wordpress import BLOCK, WordPressSetup, make_photo

SAM = "sam@elsewhere.example"


@tagged("post_install", "-at_install")
class TestWordPressMailRound(WordPressSetup, MailRoundCommon):
    """Form, confirmation, link and answer, by real servers, from a website to us."""

    def enter_registry_test_mode(self):
        """Pages are served in it already."""
        return nullcontext()

    @feature("B4-03")
    def test_report_confirmation_answer(self):
        """A stranger reports with a photo, is mailed a link, follows it, and answers."""
        tag = self._get_tag(channel="website")
        address = self.site.publish("admin", "Complaint", BLOCK.format(tag))
        with self._visit() as browser:
            self._go(browser, address)
            self._type(browser, description="It leaks", email=SAM)
            with self._chosen_file(browser, "leak.jpg", make_photo()):
                self._send_form(browser)
                case = self._sent_case(browser)
        # What was on the way before is not what is looked at.
        self.exchange.delivered.clear()
        self.env["mail.mail"].search(
            [("model", "=", case._name), ("res_id", "=", case.id)]
        ).send()
        [(envelope, received)] = self.exchange.delivered
        self.assertEqual(envelope.rcpt_tos, [SAM])
        self.assertEqual(received["Auto-Submitted"], "auto-replied")
        link = LINK.search(received.get_body(("html",)).get_content())
        self.assertTrue(link)
        self.env.flush_all()
        page = self.url_open(link[0])
        self.assertEqual(page.status_code, 200)
        for text in (case.number, "It leaks"):
            self.assertIn(text, page.text)
        answer = write_answer(received, "It stopped leaking.", f"Sam <{SAM}>")
        self.exchange.send(bytes(answer), SAM, COMPLAINTS)
        row = self._fetch()
        self.assertEqual((row.state, row.case_id), (INTAKE_ADDED, case))
