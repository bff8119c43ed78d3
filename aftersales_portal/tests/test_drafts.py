import re

from odoo import fields, http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import feature

from ..const import LONGEST_TEXT, MOST_WAITING_BYTES
from .drafts import URL, DraftActions
from .test_report import GIF, ReportSetup


@tagged("post_install", "-at_install")
class TestDrafts(DraftActions, ReportSetup, HttpCase):
    """What is typed in forms is saved before it is sent."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.page = f"/my/cases/{self.case.id}"
        self.reply = f"reply-{self.case.id}"
        self.new = f"new-{self.type_complaint.id}"
        self.change = f"change-{self.case.id}"
        self.authenticate(self.anna.login, self.anna.login)

    @feature("P-65")
    def test_reply(self):
        """A reply is there again in another browser, with its files, until it is sent."""
        answer = self._save(self.reply, [("a.gif", GIF)], message="It still leaks")
        self.assertState(answer, "saved")
        self.assertIn("a.gif", answer.text)
        self.authenticate(self.anna.login, self.anna.login)  # another session
        page = self.url_open(self.page).text
        self.assertIn(">It still leaks</textarea>", page)
        self.assertIn("a.gif", page)
        self.assertIn("Not sent yet. Saved on", page)
        answer = self._save("", url=self.page, message="It still leaks!")
        self.assertIn(f'data-key="{self.reply}"', answer.text)
        said = self.case.message_ids.filtered(
            lambda message: message.message_type == "comment"
        )
        self.assertEqual(said.attachment_ids.mapped("raw"), [GIF])
        self.assertFalse(self._drafts())

    @feature("P-65")
    def test_report(self):
        """So is a new case, without judging what is not complete yet."""
        answer = self._save(
            self.new, [("a.gif", GIF)], properties__count="many", description="Leaks"
        )
        self.assertState(answer, "saved")
        page = self.url_open(self.url).text
        for text in ('value="many"', ">Leaks</textarea>", "a.gif"):
            self.assertIn(text, page)
        self.assertEqual(
            set(self._drafts().typed),
            {
                "description",
                "product_ids",
                "properties-missing",
                "properties-part",
                "properties-count",
            },
        )

    @feature("P-65")
    def test_change(self):
        """A correction too; what changed meanwhile is told when it is saved at last."""
        self._show("phone", portal="editable")
        self._show("email", portal="editable")
        self.case.write({"phone": "+31201234567", "email": "old@janssen.example"})
        self._save(
            self.change,
            phone="+31207654321",
            was__phone="+31201234567",
            email="old@janssen.example",
            was__email="old@janssen.example",
        )
        self.assertEqual(set(self._drafts().typed), {"phone", "was-phone"})
        self.case.write({"phone": "+31200000000", "email": "new@janssen.example"})
        page = self.url_open(f"{self.page}/change").text
        self.assertIn('value="+31207654321"', page)
        self.assertIn('value="new@janssen.example"', page)
        data = {"phone": "+31207654321", "was__phone": "+31201234567"}
        answer = self._save("", url=f"{self.page}/change", **data)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("somebody changed this meanwhile", answer.text)
        self.assertTrue(self._drafts(), "what he typed is kept")
        data["was__phone"] = "+31200000000"
        answer = self._save("", url=f"{self.page}/change", **data)
        self.assertIn(f'data-key="{self.change}"', answer.text)
        self.assertFalse(self._drafts())

    def test_change_of_an_old_page(self):
        """A draft says what its page showed: nobody was told of what is there now."""
        self._show("phone", portal="editable")
        self.case.phone = "+31200000000"
        self._save(self.change, phone="+31207654321", was__phone="+31201234567")
        self.assertEqual(
            self._drafts().typed, {"phone": "+31207654321", "was-phone": "+31201234567"}
        )

    @feature("P-65")
    def test_elsewhere(self):
        """Who goes on elsewhere overwrites nothing, unless he says so."""
        first = self._stamp(self._save(self.reply, message="First"))
        second = self._save(self.reply, message="Second", stamp=first)
        self.assertState(second, "saved")
        self.assertState(
            self._save(self.reply, message="Third", stamp=first), "elsewhere"
        )
        self.assertState(self._save(self.reply, message="Third"), "elsewhere")
        self.assertEqual(self._drafts().typed, {"message": "Second"})
        answer = self._save(self.reply, message="Third", stamp=first, anyway="1")
        self.assertState(answer, "saved")
        self.assertEqual(self._drafts().typed, {"message": "Third"})

    def test_left(self):
        """What a page saved while it was left is nothing that somebody else did."""
        self._save(self.reply, message="Typed")
        answer = self._save(self.reply, message="Typed")
        self.assertState(answer, "saved")
        self.assertEqual(self._stamp(answer), self._drafts().stamp)

    def test_gone(self):
        """What was sent or discarded in another window does not come back by itself."""
        for url, data in (
            (self.page, {"message": "Sent"}),
            (self.page, {"message": "Sent", "step": "discard"}),
        ):
            with self.subTest(data=data):
                stamp = self._stamp(self._save(self.reply, message="Typed"))
                self._save("", url=url, **data)
                answer = self._save(self.reply, message="Typed", stamp=stamp)
                self.assertState(answer, "gone")
                self.assertFalse(self._drafts())

    def test_late(self):
        """What is saved after the form was sent, from the same page, is refused."""
        once = re.search(r'"once" value="([^"]+)"', self.url_open(self.page).text)[1]
        self._save(self.reply, message="It leaks", once=once)
        self.assertTrue(self._drafts(), "saving is not sending")
        self._save("", url=self.page, message="It leaks", once=once)
        self.assertState(self._save(self.reply, message="It leaks", once=once), "gone")
        self.assertFalse(self._drafts())

    def test_empty(self):
        """Of a form in which nothing stands any more nothing is kept."""
        stamp = self._stamp(self._save(self.reply, message="It leaks"))
        self.assertState(self._save(self.reply, message="", stamp=stamp), "saved")
        self.assertFalse(self._drafts())

    def test_discard(self):
        """On demand a draft is forgotten, with its files."""
        self._show("phone", portal="editable")
        for key, url, data in (
            (self.reply, self.page, {"message": "Hello"}),
            (self.new, self.url, {"description": "Hello"}),
            (self.change, f"{self.page}/change", {"phone": "+31", "was__phone": "1"}),
        ):
            with self.subTest(key=key):
                self._save(key, [("a.gif", GIF)], **data)
                files = self._drafts().file_ids
                self._save("", url=url, step="discard", **data)
                self.assertFalse(self._drafts())
                self.assertFalse(files.exists())

    def test_old(self):
        """After thirty days a draft is forgotten; after twenty-nine it is not."""
        for key in (self.reply, self.new):
            self._save(key, [("a.gif", GIF)], message="Hello", description="Hello")
        self.env.cr.execute(
            "UPDATE aftersales_portal_draft SET write_date = %s - CASE key"
            " WHEN %s THEN interval '31 days' ELSE interval '29 days' END",
            (fields.Datetime.now(), self.reply),
        )
        self.env.invalidate_all()
        self.env["aftersales.portal.draft"]._gc_drafts()
        self.assertEqual(self._drafts().mapped("key"), [self.new])
        self.assertEqual(len(self._drafts().file_ids), 1)

    def test_file_twice(self):
        """A file that was saved already is not taken a second time."""
        self._save(self.reply, [("a.gif", GIF)], message="Hello")
        self._save("", [("a.gif", GIF)], url=self.page, message="Hello")
        said = self.case.message_ids.attachment_ids
        self.assertEqual(said.mapped("name"), ["a.gif"])

    def test_tour(self):
        """Typing is saving; a closed tab, a lost log-in and another device lose nothing."""
        self.case.name = "Tour of drafts"
        self.start_tour(self.page, "aftersales_portal_drafts", login="as_anna")
        said = self.case.message_ids.filtered(
            lambda message: message.message_type == "comment"
        )
        self.assertEqual(said.mapped("preview"), ["It leaks in the cellar as well"])
        self.assertEqual(said.attachment_ids.mapped("raw"), [b"It drips"])
        self.assertFalse(self._drafts())


@tagged("post_install", "-at_install")
class TestHostileDrafts(DraftActions, ReportSetup, HttpCase):
    """Drafts as nobody's page of ours saves them."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.key = f"reply-{self.case.id}"
        self.authenticate(self.anna.login, self.anna.login)

    def test_forms_of_others(self):
        """There is no draft for a form that one has not: nothing is told, nothing kept."""
        theirs = self._new_case(
            partner_id=self.other.id, contact_id=self.cleo.partner_id.id
        )
        service = self.type_service
        service.portal_offer = "shown"
        self.type_complaint.portal_change = False
        for key in (
            f"reply-{theirs.id}",
            f"change-{theirs.id}",
            f"change-{self.case.id}",
            f"new-{service.id}",
            f"reply-{self.case.id}-1",
            f"reply-{self.case.id}-x",
            f"reply-0{self.case.id}",
            f"reply-{self.case.id}-{'x' * 5000}",
            "reply-",
            "reply-99999999",
            f"reply-{'9' * 5000}",
            f"REPLY-{self.case.id}",
            f"sent-{self.case.id}",
            "",
            "x" * 5000,
        ):
            with self.subTest(key=key[:40]):
                answer = self._save(key, [("a.gif", GIF)], message="Hello")
                self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.env["aftersales.portal.draft"].search([]))
        self.assertFalse(
            self.env["ir.attachment"].search(
                [("res_model", "=", "aftersales.portal.draft")]
            )
        )

    def test_drafts_of_others(self):
        """A colleague who sees the same case has a draft of his own."""
        self._share("all")
        self._save(self.key, [("a.gif", GIF)], message="Anna's words")
        self.authenticate(self.ben.login, self.ben.login)
        page = self.url_open(f"/my/cases/{self.case.id}").text
        self.assertNotIn("Anna's words", page)
        self.assertNotIn("a.gif", page)
        file = self._drafts().file_ids
        self.assertIn(
            self.url_open(f"/my/cases/{self.case.id}/files/{file.id}").status_code,
            (403, 404),
        )
        self._save("", url=f"/my/cases/{self.case.id}", message="Hi", drop=file.id)
        self.assertTrue(file.exists())
        self._save("", url=f"/my/cases/{self.case.id}", step="discard")
        self.assertEqual(self._drafts().user_id, self.anna)

    def test_text(self):
        """Text is cut where no form lets him type more, and shown as text."""
        self._save(self.key, message="x" * 1024 * 1024)
        self.assertEqual(len(self._drafts().typed["message"]), LONGEST_TEXT + 1)
        stamp = self._drafts().stamp
        self._save(self.key, message="<script>alert(1)</script>\0", stamp=stamp)
        page = self.url_open(f"/my/cases/{self.case.id}").text
        self.assertNotIn("<script>alert(1)", page)
        self.assertIn("&lt;script&gt;alert(1)", page)

    def test_unknown_names(self):
        """Of a form only its questions are kept."""
        self._save(self.key, message="Hi", state="done", **{"was-x": "1"})
        self.assertEqual(self._drafts().typed, {"message": "Hi"})
        key = f"new-{self.type_complaint.id}"
        self._save(key, description="Hi", message="x" * 5000, cost="1")
        draft = self._drafts().filtered(lambda one: one.key == key)
        self.assertFalse({"message", "cost"} & set(draft.typed))

    def test_files(self):
        """Files are judged by what is in them, and by how many wait in all his forms."""
        answer = self._save(self.key, [("a.gif", b"MZ\0\1\2")], message="Hi")
        self.assertIn("a.gif cannot be taken.", answer.text)
        self.assertFalse(self._drafts().file_ids)
        self.env["ir.attachment"].with_user(self.anna).sudo().create(
            {"name": "big", "raw": b"x", "res_model": "aftersales.portal.draft"}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET file_size = %s"
            " WHERE res_model = 'aftersales.portal.draft'",
            (MOST_WAITING_BYTES,),
        )
        answer = self._save(
            self.key, [("b.gif", GIF)], message="Hi", stamp=self._drafts().stamp
        )
        self.assertIn("b.gif: too many files wait", answer.text)
        self.assertFalse(self._drafts().file_ids)

    def test_no_token(self):
        """Another site saves nothing for him."""
        with mute_logger("odoo.http"):
            answer = self.url_open(URL, data={"draft": self.key, "message": "Hi"})
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._drafts())

    def test_nobody(self):
        """Without a log-in nothing is saved, and the page is led to it."""
        token = http.Request.csrf_token(self)
        self.logout()
        data = {"csrf_token": token, "draft": self.key, "message": "Hi"}
        answer = self.url_open(URL, data=data, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertFalse(self._drafts())
