import re
from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.const import EVENT_REOPENED
from odoo.addons.aftersales_case.tests.common import feature

from .common import PortalSetup


@tagged("post_install", "-at_install")
class TestClosing(PortalSetup, HttpCase):
    """Customers close their own cases, and open them again."""

    def setUp(self):
        super().setUp()
        self.type_complaint.link_ids.portal_agree = False
        self.case = self._new_case(stage_id=self.stage_progress.id)
        self.url = f"/my/cases/{self.case.id}"
        self.authenticate(self.anna.login, self.anna.login)

    def _post(self, step, reason="", **answers):
        token = http.Request.csrf_token(self)
        data = {"csrf_token": token, "reason": reason} | answers
        answer = self.url_open(f"{self.url}/{step}", data=data, timeout=120)
        self.env.invalidate_all()
        return answer

    @feature("I2-50")
    def test_close(self):
        """With a reason, to the stage that the type names."""
        self.case.stage_id = self.stage_wait_customer
        self.assertIn(f'href="{self.url}/close"', self.url_open(self.url).text)
        answer = self._post("close")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Tell us why we can close it.", answer.text)
        self.assertEqual(self.case.stage_id, self.stage_wait_customer)
        answer = self._post("close", "It works again.")
        self.assertIn('name="sent_closed"', answer.text)
        self.assertEqual(self.case.stage_id, self.stage_cancelled)
        said = self.case.message_ids.filtered(
            lambda message: message.message_type == "comment"
        )
        self.assertIn("I close this: It works again.", str(said.body))
        self.assertEqual(said.author_id, self.contact)
        moves = self.case.event_ids.filtered(lambda event: event.kind == "stage")
        self.assertEqual(
            moves.sorted("id")[-1:].mapped(lambda e: (e.from_id, e.to_id)),
            [(self.stage_wait_customer.id, self.stage_cancelled.id)],
            "his answer does not take it elsewhere before",
        )
        self.assertEqual(self._post("close", "Again").status_code, 404)

    def test_close_is_judged(self):
        """What the stage asks for is missing: the responsible is told, he reads so."""
        self.type_complaint.portal_close_stage_id = self.stage_solved
        answer = self._post("close", "It works again.")
        self.assertIn('name="sent_told"', answer.text)
        self.assertEqual(self.case.stage_id, self.stage_progress)
        activity = self.case.activity_ids
        self.assertEqual(activity.user_id, self.case.user_id)
        self.assertIn("Cause", str(activity.note))
        self.assertNotIn("Cause", answer.text)
        self._post("close", "It works, really.")
        self.assertEqual(self.case.activity_ids, activity, "it is asked for once")
        self._complete(self.case)
        self._post("close", "It still works.")
        self.assertEqual(self.case.stage_id, self.stage_solved)

    @feature("I2-50")
    def test_close_fills_in(self):
        """What is missing and he can fill in is asked of him; all in one sending."""
        self.type_complaint.portal_close_stage_id = self.stage_solved
        self._complete(self.case).description = False
        self._show(
            "description",
            portal="editable",
            label="What Happened",
            required_from_id=self.stage_solved.id,
        )
        self.assertIn("What Happened", self.url_open(f"{self.url}/close").text)
        answer = self._post("close", "It works again.")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("What Happened: this must be answered.", answer.text)
        self.assertIn("It works again.", answer.text)
        self.assertTrue(self.case.is_open)
        answer = self._post("close", "It works again.", description="A leak")
        self.assertIn('name="sent_closed"', answer.text)
        self.assertEqual(self.case.stage_id, self.stage_solved)
        self.assertIn("A leak", str(self.case.description))
        self.assertFalse(self.case.activity_ids)

    def test_close_asks_nothing_in_vain(self):
        """Where he cannot fill in all of it, he is asked for nothing and reads so."""
        self.type_complaint.portal_close_stage_id = self.stage_solved
        self._show(
            "description",
            portal="editable",
            label="What Happened",
            required_from_id=self.stage_solved.id,
        )
        self.assertNotIn("What Happened", self.url_open(f"{self.url}/close").text)
        answer = self._post("close", "It works again.")
        self.assertIn('name="sent_told"', answer.text)
        self.assertTrue(self.case.is_open)
        self.assertIn("What Happened", str(self.case.activity_ids.note))

    def test_close_of_others(self):
        """Colleagues close nothing, nor does anybody where the type does not let him."""
        self.type_complaint.portal_close = False
        self.assertEqual(self._post("close", "Enough").status_code, 404)
        self.type_complaint.portal_close = True
        self._share("all")
        self.authenticate(self.ben.login, self.ben.login)
        self.assertNotIn("/close", self.url_open(self.url).text)
        self.assertEqual(self._post("close", "Enough").status_code, 404)
        self.assertTrue(self.case.is_open)

    def test_twice(self):
        """A second click leads where the first did, whatever became of the case."""
        for step, sent in (("close", "closed"), ("reopen", "reopened")):
            page = self.url_open(f"{self.url}/{step}").text
            once = re.search(r'name="once" value="([^"]+)"', page)[1]
            for click in (1, 2):
                with self.subTest(step=step, click=click):
                    answer = self._post(step, "It works again.", once=once)
                    self.assertEqual(answer.status_code, 200)
                    self.assertIn(f'name="sent_{sent}"', answer.text)
        said = self.case.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertEqual(len(said), 2)
        self.type_complaint.portal_close_stage_id = self.stage_solved
        page = self.url_open(f"{self.url}/close").text
        once = re.search(r'name="once" value="([^"]+)"', page)[1]
        for _click in range(2):
            answer = self._post("close", "It works again.", once=once)
            self.assertIn('name="sent_told"', answer.text)
        self.assertEqual(len(self.case.activity_ids), 1)

    def test_closing_stage(self):
        """A stage in which cases are open is no place to close them in."""
        with self.assertRefused(ValidationError, "Goes To: In Progress"):
            self.type_complaint.portal_close_stage_id = self.stage_progress

    @feature("I2-50")
    def test_reopen(self):
        """For some days after closing, with a reason."""
        self._complete(self.case).stage_id = self.stage_solved
        self.assertIn(f'href="{self.url}/reopen"', self.url_open(self.url).text)
        answer = self._post("reopen", "It leaks again.")
        self.assertIn('name="sent_reopened"', answer.text)
        self.assertTrue(self.case.is_open)
        self.assertIn(EVENT_REOPENED, self.case.event_ids.mapped("kind"))
        self.assertIn("It leaks again.", self.url_open(self.url).text)
        self.assertEqual(self._post("reopen", "Again").status_code, 404)

    def test_reopen_too_late(self):
        """After these days it stays closed; 0 days mean never."""
        self._complete(self.case).stage_id = self.stage_solved
        self.type_complaint.portal_reopen_days = 0
        self.assertEqual(self._post("reopen", "Again").status_code, 404)
        self.type_complaint.portal_reopen_days = 3
        days_ago = fields.Datetime.now() - timedelta(days=4)
        self.case.sudo().closed_at = days_ago
        self.assertEqual(self._post("reopen", "Again").status_code, 404)
        self.assertFalse(self.case.is_open)
