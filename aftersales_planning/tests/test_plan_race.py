import time

from psycopg2.errors import ExclusionViolation, SerializationFailure

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.fields import Command, Datetime
from odoo.service.model import retrying
from odoo.tests import new_test_user

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.races import RaceCase


class TestPlanRace(RaceCase):
    """Two planners act at once; all commits are real."""

    def setUp(self):
        super().setUp()
        self.monday = Datetime.to_datetime("2026-03-02 09:00:00")
        with self._transaction(no_reset_password=True) as env:
            company = env["res.company"].create({"name": f"Race {time.time_ns()}"})
            env.user.company_ids |= company
            self.company_id = company.id
            env = env(context=dict(env.context, allowed_company_ids=company.ids))
            agent = new_test_user(
                env,
                f"race_plan_{company.id}",
                groups="aftersales_case.group_aftersales_agent",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            tom = env["resource.resource"].create(
                {
                    "name": "Tom",
                    "resource_type": "material",
                    "calendar_id": company.resource_calendar_id.id,
                    "company_id": company.id,
                    "does_visits": True,
                }
            )
            cases = env["aftersales.case"].create(
                [
                    {
                        "name": "Race",
                        "type_id": env.ref("aftersales_case.type_complaint").id,
                        "company_id": company.id,
                        "user_id": agent.id,
                    }
                ]
                * 2
            )
            visits = env["aftersales.visit"].create(
                [{"case_id": case.id, "place": "desk", "duration": 2} for case in cases]
            )
            self.visit_ids, self.tom_id, self.agent_id = visits.ids, tom.id, agent.id
        self.addCleanup(self._remove)

    def _remove(self):
        with self._transaction() as env:
            company = env["res.company"].browse(self.company_id)
            env["aftersales.visit"].search([("company_id", "=", company.id)]).unlink()
            self._remove_cases(env, company)
        with self._transaction() as env:
            env["resource.resource"].browse(self.tom_id).active = False
            env["res.users"].browse(self.agent_id).active = False
            company = env["res.company"].browse(self.company_id)
            env.user.company_ids -= company
            company.active = False

    def _plan(self, env, visit_id, start="2026-03-02 09:00:00", revision=0):
        env = env(
            context=dict(env.context, allowed_company_ids=[self.company_id]),
            user=SUPERUSER_ID,
        )
        return env["aftersales.visit"].plan_move(
            [
                {
                    "id": visit_id,
                    "revision": revision,
                    "start": start,
                    "stop": start.replace("09:00", "11:00"),
                    "resource_ids": [self.tom_id],
                }
            ]
        )

    def _try(self, visit_id):
        """Return the sentence that a request gets which plans a visit."""
        with self.assertRaises(UserError) as refused, self._transaction() as env:
            retrying(lambda: self._plan(env, visit_id), env)
        return str(refused.exception)

    @feature("P-29")
    def test_same_technician(self):
        """Two visits, one technician: the second waits, and gets one sentence."""
        first, second = self.visit_ids
        error = self._race(
            lambda env: self._plan(env, first), lambda env: self._plan(env, second)
        )
        self.assertIsInstance(error, ExclusionViolation)
        with self._transaction() as env:
            message = env["aftersales.visit.crew"]._sql_error_to_message(error)
        self.assertEqual(
            message,
            "Somebody of the crew is on another visit at that time. Choose another time,"
            " or somebody else.",
        )
        # When the first is there already, the sentence names it.
        self.assertRegex(self._try(second), "^Tom is on .* from 9:00.*\\.$")
        with self._transaction() as env:
            visit = env["aftersales.visit"].browse(second)
            self.assertEqual((visit.state, visit.crew_ids.ids), ("to_plan", []))

    def test_same_visit(self):
        """Two planners on one card: the second is tried again, and told who it was."""
        visit_id = self.visit_ids[0]
        error = self._race(
            lambda env: self._plan(env, visit_id),
            lambda env: self._plan(env, visit_id, start="2026-03-03 09:00:00"),
        )
        self.assertIsInstance(error, SerializationFailure)
        self.assertRegex(self._try(visit_id), "was changed meanwhile by OdooBot")
