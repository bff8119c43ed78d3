import base64
import json

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.hostile import call

from .common import PortalCommon
from .questions import QuestionSetup


class TestQuestionSetup(QuestionSetup, PortalCommon):
    """What managers write."""

    def test_checks(self):
        """An answer fills in what its field can be, of fields that customers may fill."""
        question = self._as(self.manager, self.question)
        for vals, text in (
            ({"key": "cost"}, "no answer of a customer"),
            ({"key": "partner_id"}, "no answer of a customer"),
            ({"answer_ids": [Command.clear()]}, "at least one answer"),
            (
                {"answer_ids": [Command.create({"name": "x", "value": "by boat"})]},
                "by boat cannot be written",
            ),
            ({"valid_days": 9999}, "Open For"),
        ):
            with self.subTest(vals=vals), self.assertRefused(ValidationError, text):
                question.write(vals)
                self.env.flush_all()
        link = self._get_stage_link(self.settle)
        own = self.env.ref("aftersales_portal.question_solved")
        with self.assertRefused(ValidationError, "is no question of type"):
            link.question_id = own

    def test_shipped_answers_speak_all_languages(self):
        """Odoo translates what has an identifier; answers are clicked by customers."""
        handover = self.env.ref("aftersales_portal.question_handover")
        shipped = handover | self.env.ref("aftersales_portal.question_solved")
        self.assertEqual(len(shipped.answer_ids), 4)
        for answer in shipped.answer_ids:
            with self.subTest(answer=answer.name):
                self.assertTrue(answer.get_external_id()[answer.id])

    def test_delete(self):
        """What somebody was asked is archived, never deleted."""
        self._new_service()._ask(self.question)
        with self.assertRefused(UserError, "Do you pick it up"):
            self._as(self.manager, self.question).unlink()

    def test_delete_type(self):
        """Nor with the type that a case had when its customer was asked."""
        case_type = self.type_service.copy({"name": "Old", "code": "OLD"})
        question = case_type.question_ids[0]
        case = self._new_service(type_id=case_type.id)
        asked = case._ask(question)
        with case._changing(forced=True, reason="Set-up") as cases:
            cases.type_id = self.type_service
        self._choose(asked, 0)
        old = self._as(self.manager, case_type)
        with self.assertRefused(UserError, "a customer was asked it"):
            old.unlink()
        for records in (old, old.question_ids[0]):
            # As uninstalling says it, past all guards.
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                call(records, "unlink", _force_unlink=True)
        old.action_archive()
        self.assertEqual(asked.question_id, question)
        self.assertFalse(asked.question_id.type_id.active)

    def test_delete_message(self):
        """The messages that cases send by themselves are changed, never deleted."""
        template = self.env.ref("aftersales_portal.template_question")
        with self.assertRefused(UserError, "Change its text instead"):
            self._as(self.manager, template).unlink()
        template.copy().unlink()

    def test_message_that_is_gone(self):
        """Where it was deleted before, a stage is entered all the same, and says so."""
        self.env.ref("aftersales_portal.template_question").with_context(
            _force_unlink=True
        ).unlink()
        link = self._get_stage_link(self.settle)
        link.write({"question_id": self.question.id, "mail_template_id": False})
        case = self._new_service(user_id=self.agent.id)
        self._as(self.agent, case).stage_id = self.settle
        self.assertEqual(case.stage_id, self.settle)
        self.assertEqual(case.asked_ids.state, "open")
        said = " ".join(str(body) for body in case.message_ids.mapped("body"))
        self.assertIn("“Case: Question” was deleted", said)
        with self._in_days(8), self.enter_registry_test_mode():  # the reminder
            self.env.ref("aftersales_portal.cron_questions").method_direct_trigger()
        self.assertEqual(case.asked_ids.reminded, 1)
        asked = self._as(self.agent, case.asked_ids)
        with self.assertRefused(UserError, "Restore it first"):
            asked.action_remind()

    def test_package(self):
        """Questions go with the package of their type, in all languages."""
        self.question.with_context(lang="nl_NL").name = "Ophalen of sturen?"
        self._get_stage_link(self.settle).question_id = self.question
        source = self.type_service
        data = json.dumps(source._export_package()).encode()
        wizard = self._as(self.manager)["aftersales.type.import"].create(
            {"file": base64.b64encode(data)}
        )
        made = source.browse(wizard.action_import()["res_id"])
        question = made.question_ids
        self.assertEqual(question.key, "handover")
        self.assertEqual(question.with_context(lang="nl_NL").name, "Ophalen of sturen?")
        self.assertEqual(question.answer_ids.mapped("value"), ["pickup", "shipping"])
        self.assertEqual(
            question.answer_ids.stage_id,
            made.link_ids.stage_id & (self.pickup | self.ship),
        )
        self.assertEqual(
            made.link_ids.filtered("question_id").stage_id.name, self.settle.name
        )
        case = self._new_service()
        asked = case._ask(self.question)
        wizard = self._as(self.manager)["aftersales.type.import"].create(
            {"file": base64.b64encode(data), "mode": "update"}
        )
        wizard.action_import()
        self.assertEqual(len(source.question_ids), 1)
        self.assertEqual(asked.question_id, source.question_ids)

    def test_copy(self):
        """A copy of a type asks its own questions, in the same stages and messages."""
        other = self._new_photo_question(sequence=1)
        self._get_stage_link(self.settle).question_id = self.question
        self._get_stage_link(self.assigned).question_id = other
        template = self.env.ref("aftersales_case.template_taken").copy()
        template.body_html = '<t t-out="object.letter_questions"/>'
        template.aftersales_question_ids = other
        copied = self._as(self.manager, self.type_service).copy()
        asking = {
            link.stage_id: link.question_id.name
            for link in copied.link_ids
            if link.question_id
        }
        self.assertEqual(
            asking, {self.settle: self.question.name, self.assigned: "Photos?"}
        )
        self.assertEqual(copied.link_ids.question_id, copied.question_ids)
        self.assertEqual(
            template.aftersales_question_ids,
            other | copied.question_ids.filtered(lambda q: q.name == "Photos?"),
        )
        case = self._new_service(type_id=copied.id)
        case.stage_id = self.settle
        self.assertEqual(case.asked_ids.question_id.type_id, copied)
