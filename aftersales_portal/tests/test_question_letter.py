from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .common import PortalCommon
from .questions import QuestionSetup

BODY = '<p>Good news!</p><t t-out="object.letter_questions"/>'


class TestQuestionLetter(QuestionSetup, PortalCommon):
    """A message names the questions that it asks when it is sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref("aftersales_case.template_taken").copy()
        cls.template.body_html = BODY
        cls.template.aftersales_question_ids = cls.question

    def _compose(self, cases, **vals):
        is_one = len(cases) == 1
        context = {
            "default_model": cases._name,
            "default_res_ids": cases.ids,
            "default_template_id": self.template.id,
            "default_composition_mode": "comment" if is_one else "mass_mail",
        }
        composer = self._as(self.agent)["mail.compose.message"]
        return composer.with_context(**context).create(vals)

    def _send(self, composer):
        return self._as(self.agent, composer)._action_send_mail()

    @feature("B4-63")
    def test_manager(self):
        """A manager chooses them on the message; it must say where they stand."""
        template = self._as(self.manager, self.template.copy())
        with Form(template) as form:
            form.aftersales_question_ids.clear()
        with Form(template) as form:
            form.aftersales_question_ids.add(self.question)
        self.assertEqual(template.aftersales_question_ids, self.question)
        with self.assertRefused(ValidationError, "where the questions shall stand"):
            template.body_html = "<p>Good news!</p>"

    @feature("B4-63")
    def test_stage(self):
        """The message of a stage asks, once while the question is open."""
        link = self._get_stage_link(self.settle)
        link.mail_template_id = self.template
        case, known = self._new_service(), self._new_service(handover="pickup")
        (case | known).stage_id = self.settle
        self.assertEqual(case.asked_ids.question_id, self.question)
        self.assertTrue(self._find_link(self._get_mail_body(case)))
        self.assertFalse(known.asked_ids)
        self.assertNotIn("Do you pick", self._get_mail_body(known))
        case._queue_message(self.template)
        self.assertEqual(len(case.asked_ids), 1)

    def test_preview(self):
        """Shown, it asks nothing and says what it will ask."""
        case = self._new_service()
        preview = self._as(self.manager)["mail.template.preview"].create(
            {
                "mail_template_id": self.template.id,
                "resource_ref": f"{case._name},{case.id}",
            }
        )
        self.assertIn("Do you pick it up", preview.body_html)
        self.assertIn("Do you pick it up", self._compose(case).body)
        self.assertFalse(case.asked_ids)
        self.assertFalse(case.letter_questions)

    @feature("B4-63")
    def test_composer(self):
        """An agent sends it from a case: asked as it leaves, with a link."""
        case = self._new_service()
        composer = self._compose(case, partner_ids=[Command.set(self.dora.ids)])
        _mails, message = self._send(composer)
        self.assertEqual(case.asked_ids.state, "open")
        self.assertIn("Do you pick it up", message.body)
        mail = message.sudo().mail_ids
        bodies = [values["body"] for values in mail._prepare_outgoing_list()]
        self.assertTrue(any(map(self._find_link, bodies)))

    def test_taken_out(self):
        """What the agent takes out of the text is not asked."""
        case = self._new_service()
        composer = self._compose(case, partner_ids=[Command.set(self.dora.ids)])
        composer.body = "<p>Good news!</p>"
        self._send(composer)
        self.assertFalse(case.asked_ids)

    def test_many(self):
        """Sent about many cases, it asks on those of its type."""
        cases = self._new_service() | self._new_service()
        other = self._new_case(contact_id=self.dora.id)
        self._send(self._compose(cases | other))
        self.assertEqual(cases.asked_ids.case_id, cases)
        self.assertFalse(other.asked_ids)
        for case in cases:
            self.assertTrue(self._find_link(self._get_mail_body(case)))

    def test_reader(self):
        """Who may not write the case asks nothing by sending a message."""
        case = self._new_service()
        reader = self._as(self.accountant, case)
        reader._ask_by_letter(self.question.sudo())
        self.assertFalse(case.asked_ids)

    def test_archived(self):
        """A question that is archived is asked no more."""
        self.question.active = False
        case = self._new_service()
        case._queue_message(self.template)
        self.assertFalse(case.asked_ids)
