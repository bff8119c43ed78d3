import time

from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tests import new_test_user

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.races import RaceCase

from ..engine.links import make_secret


class TestQuestionRace(RaceCase):
    """Two clicks at once; all commits are real."""

    def setUp(self):
        super().setUp()
        with self._transaction(no_reset_password=True) as env:
            company = env["res.company"].create({"name": f"Race {time.time_ns()}"})
            env.user.company_ids |= company
            env = env(context=dict(env.context, allowed_company_ids=company.ids))
            user = new_test_user(
                env,
                f"race_asker_{company.id}",
                groups="aftersales_case.group_aftersales_agent",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            case = env["aftersales.case"].create(
                {
                    "name": "Race",
                    "type_id": env.ref("aftersales_case.type_complaint").id,
                    "company_id": company.id,
                    "user_id": user.id,
                }
            )
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
            self.company_id, self.asked_id = company.id, asked.id
            self.user_id = user.id
            self.answer_ids = question.answer_ids.ids
            links = env["aftersales.link"]
            url = links._make(asked, "answer", env["res.partner"], None, make_secret())
            self.link_id = links._find(url.rpartition("/")[2]).id
        self.addCleanup(self._remove)

    def _remove(self):
        with self._transaction() as env:
            self._remove_cases(env, env["res.company"].browse(self.company_id))
        with self._transaction() as env:
            company = env["res.company"].browse(self.company_id)
            env["res.users"].browse(self.user_id).active = False
            env.user.company_ids -= company
            company.active = False

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
