from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tests import tagged

from odoo.addons.aftersales_case.tests.common import feature

from ..engine.links import make_secret
from .races import PortalRace


@tagged("post_install", "-at_install")
class TestQuestionRace(PortalRace):
    """Two clicks at once; all commits are real."""

    def _set_up_race(self, env):
        case = self._new_case(env)
        question = env["aftersales.question"].create(
            {
                "case_id": case.id,
                "name": "Which?",
                "answer_ids": [
                    Command.create({"name": "First"}),
                    Command.create({"name": "Second"}),
                ],
            }
        )
        asked = case._ask(question)
        self.asked_id, self.answer_ids = asked.id, question.answer_ids.ids
        links = env["aftersales.link"]
        url = links._make(asked, "answer", env["res.partner"], None, make_secret())
        self.link_id = links._find(url.rpartition("/")[2]).id

    def _click(self, number):
        def click(env):
            asked = env["aftersales.question.asked"].browse(self.asked_id)
            values = {"button": str(self.answer_ids[number])}
            asked._take(values, env["res.partner"], "link")
            env.flush_all()

        return click

    @feature("N-17")
    def test_two_answers(self):
        """The second waits, and is tried again: it finds the question answered."""
        error = self._race(self._click(0), self._click(1))
        self.assertIsInstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
        with self._transaction() as env:
            asked = env["aftersales.question.asked"].browse(self.asked_id)
            self.assertEqual(asked.answer, "First")
            again = asked._take(
                {"button": str(self.answer_ids[1])}, env["res.partner"], "link"
            )
            self.assertFalse(again)
            self.assertEqual(asked.answer, "First")

    @feature("N-17")
    def test_two_uses(self):
        """Of any link: two who send it at once do not both go on."""

        def use(env):
            env["aftersales.link"].browse(self.link_id)._note_use()

        error = self._race(use, use)
        self.assertIsInstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)

    @feature("B4-63")
    def test_two_agents(self):
        """Asked by two at once it is asked once: the second one is led to the first."""
        with self._transaction() as env:
            case = env["aftersales.question.asked"].browse(self.asked_id).case_id
            case.email = "dora@janssen.example"
            question = env["aftersales.question"].create(
                {"type_id": case.type_id.id, "name": "Where?", "kind": "text"}
            )
            case_id, question_id = case.id, question.id

        def ask(env):
            wizard = env["aftersales.question.ask"].create(
                {"case_id": case_id, "question_id": question_id}
            )
            return wizard.action_ask()

        error = self._race(ask, ask)
        self.assertIsInstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
        with self._transaction() as env:
            self.assertEqual(ask(env)["tag"], "display_notification")
            case = env["aftersales.case"].browse(case_id)
            found = case.asked_ids.filtered(lambda a: a.question_id.id == question_id)
            self.assertEqual(len(found), 1)
            template = env.ref("aftersales_portal.template_question")
            mails = env["mail.mail"].search(
                [
                    ("res_id", "=", case_id),
                    ("aftersales_template_id", "=", template.id),
                ]
            )
            self.assertEqual(len(mails), 1)
            mails.unlink()
            found.unlink()
            env["aftersales.question"].browse(question_id).unlink()
