import re

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.const import EVENT_CUSTOMER_MESSAGE
from odoo.addons.aftersales_case.tests.common import feature

from ..const import MOST_FILES
from .common import PortalSetup

GIF = b"GIF89a" + bytes(20)


@tagged("post_install", "-at_install")
class TestReply(PortalSetup, HttpCase):
    """Customers answer, with files."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.url = f"/my/cases/{self.case.id}"
        self.authenticate(self.anna.login, self.anna.login)

    def _send(self, message="", files=(), **data):
        token = http.Request.csrf_token(self)
        answer = self.url_open(
            self.url,
            data={"csrf_token": token, "message": message} | data,
            files=[("files", file) for file in files] or None,
            timeout=120,
        )
        self.env.invalidate_all()
        return answer

    def _said(self):
        return self.case.message_ids.filtered(
            lambda message: (
                message.author_id == self.contact and message.message_type == "comment"
            )
        )

    def _draft(self):
        return self.env["aftersales.portal.draft"].search([])

    @feature("I2-45")
    def test_reply(self):
        """An answer with several files stands on the case, and takes it on."""
        self.case.stage_id = self.stage_wait_customer
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_wait_customer
        )
        link.reply_stage_id = self.stage_progress
        self.assertIn('href="#reply"', self.url_open(self.url).text)
        answer = self._send(
            "It is the <b>red</b> one.\nThanks",
            [("a.gif", GIF), ("b.gif", GIF + b"b"), ("c.gif", GIF + b"cc")],
        )
        self.assertTrue(answer.url.endswith(f"{self.url}?sent=reply"))
        said = self._said()
        self.assertIn("&lt;b&gt;red&lt;/b&gt;", str(said.body))
        self.assertEqual(said.create_uid, self.anna)
        files = said.attachment_ids.sorted("name")
        self.assertEqual(files.mapped("name"), ["a.gif", "b.gif", "c.gif"])
        self.assertEqual(
            files.mapped("raw"), [GIF, GIF + b"b", GIF + b"cc"], "none is empty"
        )
        self.assertEqual(set(files.mapped("res_id")), {self.case.id})
        self.assertEqual(self.case.stage_id, self.stage_progress)
        kinds = self.case.event_ids.mapped("kind")
        self.assertIn(EVENT_CUSTOMER_MESSAGE, kinds)
        self.assertFalse(self._draft())
        self.assertIn("a.gif", self.url_open(self.url).text)

    def test_twice(self):
        """What is sent a second time, by a click or a reload, is said once."""
        once = re.search(r'name="once" value="([^"]+)"', self.url_open(self.url).text)[
            1
        ]
        self.assertEqual(self._send("  ", once=once).status_code, 422)
        for _click in range(2):
            answer = self._send("Hello", [("a.gif", GIF)], once=once)
            self.assertTrue(answer.url.endswith(f"{self.url}?sent=reply"))
        self.assertEqual(len(self._said()), 1)
        page = self.url_open(self.url).text
        self.assertNotIn(once, page)

    def test_bad_file(self):
        """A file that is not taken keeps text and good files, until it is sent."""
        answer = self._send("Look", [("a.gif", GIF), ("b.gif", b"<script>")])
        self.assertEqual(answer.status_code, 422)
        self.assertIn("b.gif cannot be taken", answer.text)
        self.assertIn(">Look</textarea>", answer.text)
        self.assertFalse(self._said())
        page = self.url_open(self.url).text
        self.assertIn(">Look</textarea>", page)
        self.assertIn("a.gif", page)
        self._send("Look here")
        said = self._said()
        self.assertIn("Look here", str(said.body))
        self.assertEqual(said.attachment_ids.mapped("name"), ["a.gif"])

    def test_leave_out(self):
        """A file that was kept can be left out, and is gone then."""
        self._send("Look", [("a.gif", GIF), ("b.gif", b"<script>")])
        file = self._draft().file_ids
        self._send("Look", drop=str(file.id))
        self.assertFalse(self._said().attachment_ids)
        self.assertFalse(file.exists())

    def test_nothing_said(self):
        """An empty form says what is missing."""
        answer = self._send("  ")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Write a message, or add a file.", answer.text)
        self.assertFalse(self._said())

    def test_limits(self):
        """Too long, too many: said at the field, nothing lost."""
        answer = self._send("x" * 20001)
        self.assertIn("longer than 20000 characters", answer.text)
        files = [(f"{number}.gif", GIF) for number in range(MOST_FILES + 1)]
        answer = self._send("Look", files)
        self.assertIn("10.gif is one file too many", answer.text)
        self.assertEqual(len(self._draft().file_ids), MOST_FILES)

    def test_no_replies(self):
        """Where the type takes no replies there is no form, and a forged one fails."""
        self.type_complaint.portal_reply = False
        self.assertNotIn("<textarea", self.url_open(self.url).text)
        self.assertEqual(self._send("Hello").status_code, 404)
        self.assertFalse(self._said())

    def test_without_token(self):
        """A page of somebody else cannot send in the customer's name."""
        with mute_logger("odoo.http"):
            answer = self.url_open(self.url, data={"message": "Forged"}, timeout=120)
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._said())

    def test_colleague(self):
        """A colleague answers under his own name; a stranger does not."""
        self._share("all")
        self.authenticate(self.ben.login, self.ben.login)
        self._send("From Ben")
        said = self.case.message_ids.filtered(
            lambda message: message.author_id == self.ben.partner_id
        )
        self.assertIn("From Ben", str(said.body))
        self.authenticate(self.cleo.login, self.cleo.login)
        self.assertEqual(self._send("From Cleo").status_code, 404)
        self.assertNotIn("From Cleo", str(self.case.message_ids.mapped("body")))

    def test_old_drafts(self):
        """Drafts that nobody went on with are forgotten with their files."""
        self._send("Look", [("a.gif", GIF), ("b.gif", b"<script>")])
        draft, file = self._draft(), self._draft().file_ids
        drafts = self.env["aftersales.portal.draft"]
        drafts._gc_drafts()
        self.assertTrue(draft.exists())
        # Core forgets after a day what waits for a message.
        self.env.cr.execute(
            "UPDATE ir_attachment"
            " SET create_date = '2020-01-01', write_date = '2020-01-01'"
        )
        self.env.invalidate_all()
        self.env["mail.compose.message"]._gc_lost_attachments()
        self.assertTrue(file.exists())
        self.env.cr.execute(
            "UPDATE aftersales_portal_draft SET write_date = '2020-01-01'"
        )
        drafts.invalidate_model()
        drafts._gc_drafts()
        self.assertFalse(draft.exists() or file.exists())

    def test_draft_is_ones_own(self):
        """A colleague on the same case sees nothing of a draft."""
        self._share("all")
        self._send("Secret thought", [("b.gif", b"<script>")])
        self.authenticate(self.ben.login, self.ben.login)
        self.assertNotIn("Secret thought", self.url_open(self.url).text)

    def test_files_of_others_are_not_sent(self):
        """Nobody takes a file out of somebody else's draft."""
        draft = self.env["aftersales.portal.draft"].create(
            {
                "user_id": self.cleo.id,
                "key": f"reply-{self.case.id}",
                "file_ids": [Command.create({"name": "cleo.txt", "raw": b"Cleo"})],
            }
        )
        self._send("Mine", drop=str(draft.file_ids.id))
        self.assertFalse(self._said().attachment_ids)
        self.assertTrue(draft.file_ids.exists())
