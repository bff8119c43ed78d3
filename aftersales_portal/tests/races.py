import time

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.aftersales_case.tests.races import RaceCase


class PortalRace(RaceCase):
    """Races in a company of its own, with an agent; only these stay, archived."""

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
            self.company_id, self.user_id = company.id, user.id
            self._set_up_race(env)
        self.addCleanup(self._remove)

    def _set_up_race(self, env):
        """Create what the race is about, and keep its ids."""

    def _new_case(self, env, **vals):
        return env["aftersales.case"].create(
            {
                "name": "Race",
                "type_id": env.ref("aftersales_case.type_complaint").id,
                "company_id": self.company_id,
                "user_id": self.user_id,
                **vals,
            }
        )

    def _remove(self):
        with self._transaction() as env:
            self._remove_cases(env, env["res.company"].browse(self.company_id))
        # A user is not taken from a company in the moment in which he has cases there.
        with self._transaction() as env:
            company = env["res.company"].browse(self.company_id)
            self._remove_others(env)
            env["res.users"].browse(self.user_id).active = False
            env.user.company_ids -= company
            company.active = False

    def _remove_others(self, env):
        """Remove what a test has committed beside cases."""
