from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tests import tagged

from .races import PortalRace


@tagged("post_install", "-at_install")
class TestProblemRace(PortalRace):
    """Two of a customer report the same line at the very same time."""

    def _set_up_race(self, env):
        company = env["res.company"].browse(self.company_id)
        env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        customer = env["res.partner"].create({"name": "Racer"})
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": company.id,
                "partner_id": customer.id,
                "invoice_date": "2025-01-01",
                "invoice_line_ids": [Command.create({"name": "Pump", "price_unit": 5})],
            }
        )
        self.customer_id, self.invoice_id = customer.id, invoice.id
        self.case_ids = [
            self._new_case(env, name=name, partner_id=customer.id).id
            for name in ("First", "Second")
        ]

    def _remove_others(self, env):
        env["account.move"].browse(self.invoice_id).unlink()
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
