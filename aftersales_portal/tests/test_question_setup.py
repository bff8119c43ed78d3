import base64
import json

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

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

    def test_delete(self):
        """What somebody was asked is archived, never deleted."""
        self._new_service()._ask(self.question)
        with self.assertRefused(UserError, "Do you pick it up"):
            self._as(self.manager, self.question).unlink()

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
