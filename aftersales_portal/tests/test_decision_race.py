import time

from odoo.exceptions import ConcurrencyError
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tests import new_test_user, tagged

from odoo.addons.aftersales_case.tests.races import RaceCase

TRY_AGAIN = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)


@tagged("post_install", "-at_install")
class TestDecisionRace(RaceCase):
    """Two who decide at once, or one and a colleague of ours; all commits are real."""

    def setUp(self):
        super().setUp()
        with self._transaction(no_reset_password=True) as env:
            company = env["res.company"].create({"name": f"Race {time.time_ns()}"})
            env.user.company_ids |= company
            env = env(context=dict(env.context, allowed_company_ids=company.ids))
            user = new_test_user(
                env,
                f"race_{company.id}",
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
            self.company_id, self.case_id, self.user_id = company.id, case.id, user.id
        self.addCleanup(self._remove)

    def _remove(self):
        with self._transaction() as env:
            self._remove_cases(env, env["res.company"].browse(self.company_id))
        with self._transaction() as env:
            company = env["res.company"].browse(self.company_id)
            env["res.users"].browse(self.user_id).active = False
            env.user.company_ids -= company
            company.active = False

    def _case(self, env):
        return env["aftersales.case"].browse(self.case_id)

    def _hold(self, env):
        env["aftersales.portal.service"]._hold_case(self._case(env))

    def _change(self, env):
        self._case(env).solution = "<p>Nothing</p>"
        env.flush_all()

    def test_two_tabs(self):
        """The second waits, is tried again, and then sees what was decided."""
        self.assertIsInstance(self._race(self._hold, self._hold), TRY_AGAIN)

    def test_changed_while_he_signs(self):
        """What is signed is no text that somebody changes just then."""
        self.assertIsInstance(self._race(self._change, self._hold), TRY_AGAIN)
        self.assertIsInstance(self._race(self._hold, self._change), TRY_AGAIN)
