import time
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.races import RaceCase


class TestPenaltyRace(RaceCase):
    """Two promises of one agreement are missed at once; all commits are real."""

    def setUp(self):
        super().setUp()
        with self._transaction(no_reset_password=True) as env:
            company = env["res.company"].create({"name": f"Race {time.time_ns()}"})
            env.user.company_ids |= company
            self.company_id = company.id
            env = env(context=dict(env.context, allowed_company_ids=company.ids))
            agent = new_test_user(
                env,
                f"race_sla_{company.id}",
                groups="aftersales_case.group_aftersales_agent",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            partner = env["res.partner"].create({"name": "Race", "is_company": True})
            agreement = env["agreement"].create(
                {
                    "name": "Race",
                    "code": f"R{company.id}",
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "sla_month_cap": 80,
                    "sla_penalty_ids": [
                        Command.create({"amount": 50, "active": False})
                    ],
                }
            )
            policy = env["aftersales.sla.policy"].create(
                {
                    "name": "Race",
                    "company_id": company.id,
                    "agreement_id": agreement.id,
                    "calendar_id": False,
                    "target_ids": [Command.create({"quantity": 1})],
                }
            )
            self.ids = agreement.id, policy.id, partner.id, agent.id
            cases = env["aftersales.case"].create(
                [
                    {
                        "name": "Race",
                        "type_id": env.ref("aftersales_case.type_complaint").id,
                        "company_id": company.id,
                        "user_id": agent.id,
                        "partner_id": partner.id,
                    }
                ]
                * 2
            )
            self.case_ids = cases.ids
        with self._transaction() as env:
            # Nothing is at stake yet: else the two would meet at what is.
            agreement = env["agreement"].browse(self.ids[0])
            agreement.sla_penalty_ids.active = True
        self.addCleanup(self._remove)

    def _remove(self):
        agreement_id, policy_id, partner_id, agent_id = self.ids
        with self._transaction() as env:
            self._remove_cases(env, env["res.company"].browse(self.company_id))
            policy = env["aftersales.sla.policy"].browse(policy_id)
            policy.unlink()
            env["agreement"].browse(agreement_id).unlink()
            env["res.partner"].browse(partner_id).active = False
        with self._transaction() as env:
            env["res.users"].browse(agent_id).active = False
            env.user.company_ids -= env["res.company"].browse(self.company_id)
            env["res.company"].browse(self.company_id).active = False

    def _miss(self, number):
        """Return a function by which the report of a case is two hours older."""

        def run(env):
            case = env["aftersales.case"].browse(self.case_ids[number])
            case.reported_at = fields.Datetime.now() - timedelta(hours=2)
            case._flush_clocks()
            env.flush_all()

        return run

    @feature("N-09")
    def test_two_at_once(self):
        """The second one has to begin again, and then gets what the month has left."""
        error = self._race(self._miss(0), self._miss(1))
        self.assertIsInstance(error, SerializationFailure)
        with self._transaction() as env:
            self._miss(1)(env)
        with self._transaction() as env:
            cases = env["aftersales.case"].browse(self.case_ids)
            self.assertEqual(cases.penalty_due_ids.mapped("state"), ["due", "due"])
            amounts = cases.penalty_due_ids.mapped("amount")
            self.assertEqual(sorted(amounts), [30, 50])
