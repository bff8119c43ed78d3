from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.const import HANDOVER_PICKUP, HANDOVER_SHIPPING
from odoo.addons.aftersales_case.tests.common import feature

from .questions import QuestionSetup

PHOTO = b"GIF89a" + bytes(20)


@tagged("post_install", "-at_install")
class TestQuestionLink(QuestionSetup, HttpCase):
    """Customers answer by the link of a mail: no cookie, no log-in."""

    def setUp(self):
        super().setUp()
        self.case = self._new_service(stage_id=self.settle.id)
        self.pick, self.ship_it = self.question.answer_ids

    def _ask_by_mail(self, question=None):
        """Return the path of the link in the mail that asks."""
        asked = self.case._ask(question or self.question)
        self.case._send_questions()
        return asked, self._find_link(self._get_mail_body(self.case))

    def _click(self, path, button, **data):
        return self._ask("POST", path, data={"button": str(button)} | data)

    @feature("B4-63", "B4-64", "N-17")
    def test_one_click(self):
        """Open the mail's link, click an answer: field and stage, once."""
        asked, path = self._ask_by_mail()
        page = self._ask("GET", path).text
        for text in (self.question.name, "I pick it up", "Please ship it"):
            self.assertIn(text, page)
        self.assertNotIn(self.case.name, page)
        self.assertFalse(self.case.handover)
        answer = self._click(path, self.ship_it.id)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("We have your answer", answer.text)
        self.assertEqual(self.case.handover, HANDOVER_SHIPPING)
        self.assertEqual(self.case.stage_id, self.ship)
        self.assertEqual(asked.partner_id, self.dora)
        self.assertEqual(asked.channel_label, "Link in a mail")
        again = self._click(path, self.pick.id)
        self.assertIn("You answered", again.text)
        self.assertIn("Please ship it", again.text)
        self.assertEqual(self.case.handover, HANDOVER_SHIPPING)
        self.assertIn("You answered", self._ask("GET", path).text)

    @feature("N-17")
    def test_undo(self):
        """Taken back within ten minutes, by the same link."""
        asked, path = self._ask_by_mail()
        self._click(path, self.ship_it.id)
        self.assertIn("Take my answer back", self._ask("GET", path).text)
        self.assertIn("was taken back", self._click(path, "undo").text)
        self.assertFalse(self.case.handover)
        self.assertEqual(self.case.stage_id, self.settle)
        self.assertEqual(asked.state, "open")
        self._click(path, self.pick.id)
        self.assertEqual(self.case.handover, HANDOVER_PICKUP)
        self.case.handover = HANDOVER_SHIPPING
        self.assertNotIn("Take my answer back", self._ask("GET", path).text)
        self._click(path, "undo")
        self.assertEqual(asked.state, "answered")

    def test_two_links(self):
        """Two receivers: who comes second reads what was answered."""
        asked, path = self._ask_by_mail()
        other = self._new_person("Eva", "eva@janssen.example", self.customer)
        second = self._get_link(self.case, f"question_{asked.question_id.id}", other)
        self._click(path, self.ship_it.id)
        answer = self._click(second, self.pick.id)
        self.assertIn("You answered", answer.text)
        self.assertEqual(self.case.handover, HANDOVER_SHIPPING)
        self.assertEqual(asked.partner_id, self.dora)

    def test_tampered(self):
        """Answers of other questions, undo of nothing, fields nobody asked for."""
        asked, path = self._ask_by_mail()
        foreign = self.env.ref("aftersales_portal.question_solved").answer_ids[0]
        for button in (foreign.id, "undo", "send", "0", "-1", "9" * 50, ""):
            with self.subTest(button=button):
                answer = self._click(
                    path, button, stage_id="1", handover="pickup", text="x"
                )
                self.assertEqual(answer.status_code, 200)
                self.assertEqual(asked.state, "open")
                self.assertFalse(self.case.handover)
                self.assertEqual(self.case.stage_id, self.settle)

    def test_dead(self):
        """A withdrawn or expired question opens nothing, and takes no answer."""
        asked, path = self._ask_by_mail()
        for state in ("withdrawn", "expired"):
            asked.sudo().state = state
            for answer in (self._ask("GET", path), self._click(path, self.pick.id)):
                self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.case.handover)

    def test_text(self):
        """A short text; one that is missing is asked for."""
        question = self.env["aftersales.question"].create(
            {"type_id": self.type_service.id, "name": "Which floor?", "kind": "text"}
        )
        asked, path = self._ask_by_mail(question)
        answer = self._click(path, "send", text=" ")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Your answer: this must be answered.", answer.text)
        self._click(path, "send", text="<b>The second</b>\nleft")
        self.assertEqual(asked.answer, "<b>The second</b>\nleft")
        message = self.case.message_ids[0]
        self.assertIn("&lt;b&gt;The second", message.body)
        self.assertIn("&lt;b&gt;The second", self._ask("GET", path).text)

    @feature("B4-63")
    def test_files(self):
        """Photos of a phone, without a log-in: on the case, with their kind."""
        question = self._new_photo_question()
        kind = question.attachment_kind_id
        asked, path = self._ask_by_mail(question)
        data = {"button": "send", "text": "The left side"}
        program = [("files", ("a.jpg", b"MZ\x90\0"))]
        answer = self._ask("POST", path, data=data, files=program)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("a.jpg cannot be taken", answer.text)
        self.assertIn("The left side", answer.text)
        answer = self._ask("POST", path, data=data)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Photo: add at least one file.", answer.text)
        photos = [("files", (f"{n}.gif", PHOTO + bytes([n]))) for n in range(3)]
        answer = self._ask("POST", path, data=data, files=photos)
        self.assertEqual(answer.status_code, 200)
        found = self.env["ir.attachment"].search(
            [("res_model", "=", self.case._name), ("res_id", "=", self.case.id)],
            order="name",
        )
        self.assertEqual(found.mapped("raw"), [PHOTO + bytes([n]) for n in range(3)])
        self.assertEqual(found.aftersales_kind_id, kind)
        self.assertEqual(asked.state, "answered")

    def test_sender_without_contact(self):
        """Who reported by mail and is no contact answers at his address."""
        self.case = self._new_service(
            partner_id=False, contact_id=False, email="New <new@away.example>"
        )
        asked, path = self._ask_by_mail()
        self._click(path, self.pick.id)
        self.assertEqual(self.case.handover, HANDOVER_PICKUP)
        self.assertFalse(asked.partner_id)
        message = self.case.message_ids.filtered(lambda m: "I pick it up" in m.body)
        self.assertIn("new@away.example", message.email_from)
        self.assertFalse(message.author_id)

    def test_language(self):
        """The question is asked and answered in the customer's language."""
        self.dora.lang = "nl_NL"
        self.question.with_context(lang="nl_NL").name = "Ophalen of sturen?"
        self.ship_it.with_context(lang="nl_NL").name = "Graag sturen"
        _asked, path = self._ask_by_mail()
        page = self._ask("GET", path).text
        self.assertIn("Ophalen of sturen?", page)
        self._click(path, self.ship_it.id)
        self.assertIn("Graag sturen", self._ask("GET", path).text)

    def test_link_of_another_case(self):
        """A link acts on its own question, whatever else the form says."""
        _asked, path = self._ask_by_mail()
        other = self._new_service(stage_id=self.settle.id)
        others = other._ask(self.question)
        self._click(path, self.pick.id, asked_id=str(others.id), case_id=str(other.id))
        self.assertEqual(others.state, "open")
        self.assertFalse(other.handover)


@tagged("post_install", "-at_install")
class TestQuestionPortal(QuestionSetup, HttpCase):
    """Who has a log-in answers on the page of his case."""

    def setUp(self):
        super().setUp()
        vals = {"stage_id": self.wait.id, "contact_id": self.contact.id}
        self.case = self._new_service(**vals)
        self.asked = self.case._ask(self.question)
        self.url = f"/my/cases/{self.case.id}/questions/{self.asked.id}"
        self.authenticate(self.anna.login, self.anna.login)

    def _post(self, **data):
        token = {"csrf_token": http.Request.csrf_token(self)}
        answer = self.url_open(self.url, data=token | data, timeout=120)
        self.env.invalidate_all()
        return answer

    @feature("B4-63")
    def test_answer(self):
        """The page of the case leads to the question, and says no more of it after."""
        page = self.url_open(f"/my/cases/{self.case.id}", timeout=120).text
        self.assertIn('name="case_questions"', page)
        self.assertIn("We need your answer", page)
        self.assertIn(f'href="{self.url}"', page)
        self.assertIn("Please ship it", self.url_open(self.url).text)
        answer = self._post(button=str(self.question.answer_ids[1].id))
        self.assertIn("We have your answer", answer.text)
        self.assertEqual(self.case.handover, HANDOVER_SHIPPING)
        self.assertEqual(self.asked.partner_id, self.contact)
        self.assertEqual(self.asked.channel, "portal")
        page = self.url_open(f"/my/cases/{self.case.id}").text
        self.assertNotIn('name="case_questions"', page)
        self.assertIn("You answered", self.url_open(self.url).text)

    def test_others(self):
        """Nobody answers what he does not see; a question is found by its case only."""
        other = self._new_service(contact_id=self.cleo.partner_id.id)
        foreign = other._ask(self.question)
        mixed = f"/my/cases/{self.case.id}/questions/{foreign.id}"
        self.assertEqual(self.url_open(mixed).status_code, 404)
        self.authenticate(self.cleo.login, self.cleo.login)
        self.assertEqual(self.url_open(self.url).status_code, 404)
        answer = self._post(button=str(self.question.answer_ids[1].id))
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.case.handover)

    def test_answer_that_is_gone(self):
        """The agent takes an answer away while the page is open: nothing is done."""
        chosen = self.question.answer_ids[1]
        self.question.answer_ids = [Command.unlink(chosen.id)]
        answer = self._post(button=str(chosen.id))
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.asked.state, "open")


@tagged("post_install", "-at_install")
class TestQuestionPhone(QuestionSetup, HttpCase):
    """The same on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    @feature("B4-63", "N-17")
    def test_tour(self):
        """Answer, take it back, answer otherwise."""
        vals = {"stage_id": self.wait.id, "contact_id": self.contact.id}
        case = self._new_service(**vals)
        case._ask(self.question)
        self.start_tour(
            f"/my/cases/{case.id}", "aftersales_portal_question", login="as_anna"
        )
        self.env.invalidate_all()
        self.assertEqual(case.handover, HANDOVER_PICKUP)
