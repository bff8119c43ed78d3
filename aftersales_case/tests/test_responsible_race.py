import time

from odoo.exceptions import ConcurrencyError, RedirectWarning, ValidationError
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .common import AftersalesCommon, feature
from .races import RaceCase

TRY_AGAIN = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)
AGENT = "aftersales_case.group_aftersales_agent"


class TestNobodyAnswers(AftersalesCommon):
    """No way of taking a right leaves an open case behind, and if so it is repaired."""

    @feature("I2-20")
    def test_company_takes_its_user(self):
        """A company's form cannot take the company from whoever answers in it."""
        other = self.env["res.company"].create({"name": "Other"})
        self.agent.company_ids += other
        case = self._new_case(user_id=self.agent.id)
        with self.assertRefused(RedirectWarning, case.number):
            self.company.write({"user_ids": [Command.unlink(self.agent.id)]})
        with self.assertRefused(RedirectWarning, case.number):
            self.company.user_ids -= self.agent
        case.user_id = self.agent2
        self.agent.company_id = other
        self.company.write({"user_ids": [Command.unlink(self.agent.id)]})
        self.assertNotIn(self.company, self.agent.company_ids)

    def test_new_user_has_no_cases(self):
        """Making a user looks for no cases that others gave him meanwhile.

        It would take a second connection for each, and none could find any.
        """
        self.patch(self.registry, "cursor", lambda readonly=False: self.fail("looked"))
        user = new_test_user(self.env, "as_brand_new", groups=AGENT)
        user.group_ids -= self.env.ref(AGENT)
        self.assertTrue(user.active)

    @feature("I2-20")
    def test_repair(self):
        """What got past the guards is found by the job, given on, noted and announced."""
        cases = archived, foreign, shared, fine, closed = self.env[
            "aftersales.case"
        ].concat(*(self._new_case(user_id=self.agent.id) for _number in range(5)))
        self._complete(closed).stage_id = self.stage_solved
        users = {
            archived: self.agent.copy({"login": "as_archived", "name": "Gone"}),
            foreign: self.agent.copy({"login": "as_foreign", "name": "Foreign"}),
            shared: self.agent.copy({"login": "as_shared", "name": "Shared"}),
            closed: self.agent.copy({"login": "as_closed", "name": "Closer"}),
        }
        for case, user in users.items():
            case.user_id = user
        self.env.flush_all()
        for query, user in (
            ("UPDATE res_users SET active = false WHERE id = %s", users[archived]),
            ("UPDATE res_users SET active = false WHERE id = %s", users[closed]),
            ("UPDATE res_users SET share = true WHERE id = %s", users[shared]),
            ("DELETE FROM res_company_users_rel WHERE user_id = %s", users[foreign]),
        ):
            self.env.cr.execute(SQL(query, user.id))
        self.env.invalidate_all()
        cron = self.env.ref("aftersales_case.cron_repair_responsible")
        for _run in range(2):
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
        for case in archived | foreign | shared:
            self.assertIn(case.user_id, self.team.member_ids | self.leader)
            notes = [m for m in case.message_ids if "can no longer" in (m.body or "")]
            self.assertEqual(len(notes), 1)
        self.assertEqual((fine | closed).mapped("user_id"), self.agent | users[closed])
        self.assertEqual(cases.exists(), cases)


@tagged("post_install", "-at_install")
class TestResponsibleRace(RaceCase):
    """One user is archived while a colleague gives him a case; all commits are real."""

    def setUp(self):
        super().setUp()
        with self._transaction(no_reset_password=True) as env:
            company = env["res.company"].create({"name": f"Race {time.time_ns()}"})
            env.user.company_ids |= company
            env = env(context=dict(env.context, allowed_company_ids=company.ids))
            users = [
                new_test_user(
                    env,
                    f"race_{name}_{company.id}",
                    groups=AGENT,
                    company_id=company.id,
                    company_ids=[Command.set(company.ids)],
                )
                for name in ("leaver", "stayer")
            ]
            case = env["aftersales.case"].create(
                {
                    "name": "Race",
                    "type_id": env.ref("aftersales_case.type_complaint").id,
                    "company_id": company.id,
                    "user_id": users[1].id,
                }
            )
            self.company_id, self.case_id = company.id, case.id
            self.leaver_id, self.stayer_id = (user.id for user in users)
        self.addCleanup(self._remove)

    def _remove(self):
        with self._transaction() as env:
            self._remove_cases(env, env["res.company"].browse(self.company_id))
        with self._transaction() as env:
            users = env["res.users"].browse([self.leaver_id, self.stayer_id])
            users.active = False
            env.user.company_ids -= env["res.company"].browse(self.company_id)
            env["res.company"].browse(self.company_id).active = False

    def _assign(self, env):
        env["aftersales.case"].browse(self.case_id).user_id = self.leaver_id
        env.flush_all()

    def _report(self, env):
        case = env["aftersales.case"].browse(self.case_id)
        case.copy({"user_id": self.leaver_id})
        env.flush_all()

    def _archive(self, env):
        env["res.users"].browse(self.leaver_id).active = False
        env.flush_all()

    def _take_company(self, env):
        company = env["res.company"].search([("id", "!=", self.company_id)], limit=1)
        user = env["res.users"].browse(self.leaver_id)
        user.write(
            {"company_ids": [Command.set(company.ids)], "company_id": company.id}
        )
        env.flush_all()

    def _assert_answered_for(self):
        with self._transaction() as env:
            cases = env["aftersales.case"].search(
                [("company_id", "=", self.company_id)]
            )
            for case in cases:
                self.assertTrue(case.user_id._may_answer(case.company_id))

    def test_archived_first(self):
        """Who gets a case while he is being archived: tried again, and refused."""
        for assign in (self._assign, self._report):
            with self.subTest(assign.__name__):
                self.assertIsInstance(self._race(self._archive, assign), TRY_AGAIN)
                with self.assertRaises(ValidationError), self._transaction() as env:
                    assign(env)
                self._assert_answered_for()
            with self._transaction() as env:
                env["res.users"].browse(self.leaver_id).active = True

    def test_assigned_first(self):
        """Who is archived while he gets a case: tried again, and led to the hand-over."""
        for assign in (self._assign, self._report):
            for leave in (self._archive, self._take_company):
                with self.subTest(f"{assign.__name__}, {leave.__name__}"):
                    self.assertIsInstance(self._race(assign, leave), TRY_AGAIN)
                    with self.assertRaises(RedirectWarning), self._transaction() as env:
                        leave(env)
                    self._assert_answered_for()
                with self._transaction() as env:
                    cases = env["aftersales.case"].search(
                        [("user_id", "=", self.leaver_id)]
                    )
                    cases.user_id = self.stayer_id
