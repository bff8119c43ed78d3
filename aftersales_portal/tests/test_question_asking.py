from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .common import PortalCommon
from .questions import QuestionSetup


class TestAsking(QuestionSetup, PortalCommon):
    """Agents, stages and letters ask; each question once."""

    @feature("B4-63")
    def test_agent_asks(self):
        """By mail, with a link for who gets it; the form shows it as open."""
        case = self._new_service()
        wizard = self._open_wizard(case)
        wizard.question_id = self.question
        wizard.save().action_ask()
        asked = case.asked_ids
        self.assertEqual(asked.state, "open")
        body = self._get_mail_body(case)
        self.assertIn("Do you pick it up, or shall we ship it?", body)
        path = self._find_link(body)
        self.assertTrue(path)
        link = case.link_ids
        self.assertEqual((link.res_model, link.res_id), (asked._name, asked.id))
        with Form(self._as(self.agent, case)) as form:
            self.assertEqual(len(form.asked_ids), 1)
        wizard = self._open_wizard(case)
        wizard.question_id = self.question
        told = wizard.save().action_ask()["params"]
        self.assertIn("asked this already and can still answer", told["message"])
        self.assertEqual(case.asked_ids, asked)
        self.assertEqual(len(self._get_mails(case)), 1)

    def _open_wizard(self, case, user=None):
        action = self._as(user or self.agent, case).action_ask_customer()
        env = self._as(user or self.agent)
        return Form(env[action["res_model"]].with_context(**action["context"]))

    def test_own_question(self):
        """An agent's own question is of his case, and of no other."""
        case = self._new_service()
        wizard = self._open_wizard(case)
        wizard.name = "Can we come on Monday?"
        wizard.labels = "Yes\n\n No "
        wizard.save().action_ask()
        question = case.asked_ids.question_id
        self.assertEqual(question.answer_ids.mapped("name"), ["Yes", "No"])
        self.assertEqual(question.case_id, case)
        self.assertFalse(question.type_id)
        self.assertIn("Can we come on Monday?", self._get_mail_body(case))
        for vals, text in (
            ({"name": " "}, "write what you want to know"),
            ({"name": "Monday?", "labels": " "}, "at least one answer"),
        ):
            form = self._open_wizard(case)
            form.name, form.labels = "x", "x"
            wizard = form.save()
            wizard.write(vals)
            with self.assertRefused((UserError, ValidationError), text):
                wizard.action_ask()

    def test_without_address(self):
        """Who cannot be mailed is not asked by mail."""
        case = self._new_service(contact_id=False, partner_id=False, email=False)
        wizard = self._open_wizard(case)
        wizard.question_id = self.question
        with self.assertRefused(UserError, "no e-mail address"):
            wizard.save().action_ask()
        self.assertFalse(case.asked_ids)

    @feature("B4-63")
    def test_stage_asks(self):
        """When a case enters it; not what is known, nor what is open already."""
        link = self._get_stage_link(self.settle)
        link.question_id = self.question
        link.mail_template_id = False
        case, known = self._new_service(), self._new_service(handover="pickup")
        (case | known).stage_id = self.settle
        self.assertEqual(case.asked_ids.state, "open")
        self.assertFalse(known.asked_ids)
        self.assertTrue(self._find_link(self._get_mail_body(case)))
        case.stage_id = self.assigned
        case.stage_id = self.settle
        self.assertEqual(len(case.asked_ids), 1)

    def test_stage_with_message(self):
        """A stage whose own message brings the questions sends no second one."""
        template = self.env.ref("aftersales_case.template_taken").copy()
        template.body_html = '<p>Soon!</p><t t-out="object.letter_questions"/>'
        link = self._get_stage_link(self.settle)
        link.write({"question_id": self.question.id, "mail_template_id": template.id})
        case = self._new_service()
        case.stage_id = self.settle
        body = self._get_mail_body(case)  # of the only one
        self.assertIn("Soon!", body)
        self.assertTrue(self._find_link(body))
        # A working stage sends its message once; what it asks anew is sent alone.
        self._choose(case.asked_ids, 0)
        case.handover = False
        case.stage_id = self.settle
        mails = self._get_mails(case)
        self.assertEqual(len(mails), 2)
        self.assertIn("we need to know this", mails[1].body_html)

    def test_placeholder(self):
        """A manager puts the open questions into a message; without any it is empty."""
        template = self._as(
            self.manager, self.env.ref("aftersales_case.template_taken")
        )
        template.body_html = '<p>Hello</p><t t-out="object.letter_questions"/>'
        case = self._new_service()
        self.assertFalse(case.letter_questions)
        case._ask(self.question)
        self.assertIn("#aftersales-link-question_", case.letter_questions)
        case.asked_ids.action_withdraw()
        self.assertFalse(case.letter_questions)

    def test_link_of_others(self):
        """A marker of another case's question makes no link; nor does a stranger's."""
        case, other = self._new_service(), self._new_service()
        asked = other._ask(self.question)
        purpose = f"question_{asked.question_id.id}"
        self.assertFalse(case._make_link(purpose, self.dora))
        self.assertFalse(other._make_link(purpose, self.cleo.partner_id))
        self.assertTrue(other._make_link(purpose, self.dora))
        self.assertFalse(other._make_link("question_x", self.dora))

    def test_short_text(self):
        """The question for a phone, with a link."""
        case = self._new_service()
        text = case._ask(self.question)._get_short_text(self.dora)
        self.assertTrue(text.startswith("Pick up or ship? Tell us here: http"))
        self.assertTrue(self._find_link(text))

    def test_send_again(self):
        """An agent sends an open question again; not one that is withdrawn."""
        case = self._new_service()
        asked = self._as(self.agent, case._ask(self.question))
        asked.action_remind()
        self.assertEqual(len(self._get_mails(case)), 1)
        asked.action_withdraw()
        self.assertEqual(asked.state, "withdrawn")
        with self.assertRefused(UserError, "not open any more"):
            asked.action_remind()
        for user in (self.reporter, self.accountant):
            with self.assertRaises(AccessError):
                self._as(user, asked).action_withdraw()
