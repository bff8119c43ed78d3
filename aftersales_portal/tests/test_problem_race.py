import time

from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tests import new_test_user, tagged

from odoo.addons.aftersales_case.tests.races import RaceCase


@tagged("post_install", "-at_install")
class TestProblemRace(RaceCase):
    """Two of a customer report the same line at the very same time."""

    def setUp(self):
        super().setUp()
        with self._transaction(no_reset_password=True) as env:
            company = env["res.company"].create({"name": f"Race {time.time_ns()}"})
            env.user.company_ids |= company
            env = env(context=dict(env.context, allowed_company_ids=company.ids))
            env["account.chart.template"].try_loading(
                "generic_coa", company=company, install_demo=False
            )
            agent = new_test_user(
                env,
                f"race_agent_{company.id}",
                groups="aftersales_case.group_aftersales_agent",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            customer = env["res.partner"].create({"name": "Racer"})
            invoice = env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "company_id": company.id,
                    "partner_id": customer.id,
                    "invoice_date": "2025-01-01",
                    "invoice_line_ids": [
                        Command.create({"name": "Pump", "price_unit": 5})
                    ],
                }
            )
            cases = env["aftersales.case"].create(
                [
                    {
                        "name": name,
                        "type_id": env.ref("aftersales_case.type_complaint").id,
                        "company_id": company.id,
                        "partner_id": customer.id,
                        "user_id": agent.id,
                    }
                    for name in ("First", "Second")
                ]
            )
            self.company_id, self.customer_id = company.id, customer.id
            self.invoice_id, self.case_ids = invoice.id, cases.ids
            self.agent_id = agent.id
        self.addCleanup(self._remove)

    def _remove(self):
        with self._transaction() as env:
            self._remove_cases(env, env["res.company"].browse(self.company_id))
        with self._transaction() as env:
            company = env["res.company"].browse(self.company_id)
            env["account.move"].browse(self.invoice_id).unlink()
            env["res.users"].browse(self.agent_id).active = False
            env.user.company_ids -= company
            company.active = False
            env["res.partner"].browse(self.customer_id).active = False

    def _report(self, number):
        def report(env):
            invoice = env["account.move"].browse(self.invoice_id)
            row = {"quantity": 1, "price_agreed": None, "amount": 5}
            env["aftersales.reported.line"]._note(
                env["aftersales.case"].browse(self.case_ids[number]),
                invoice,
                [row | {"line_id": invoice.invoice_line_ids.id}],
            )

        return report

    def test_at_once(self):
        """The second one is tried again by Odoo, and then finds the first one's case."""
        error = self._race(self._report(0), self._report(1))
        self.assertIsInstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
        with self._transaction() as env:
            found = env["aftersales.reported.line"]._get_open(
                env["account.move"].browse(self.invoice_id)
            )
            self.assertEqual([case.id for case in found.values()], self.case_ids[:1])

    def test_again_at_once(self):
        """So is one who reports again what a closed case was about."""
        with self._transaction() as env:
            self._report(0)(env)
        error = self._race(self._report(0), self._report(1))
        self.assertIsInstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
