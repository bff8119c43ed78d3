from odoo.fields import Command

from .test_customer_holds import CustomerHoldCommon


class TestBranches(CustomerHoldCommon):
    """A hold works in its company and the branches of that, and nowhere else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        companies = cls.env["res.company"]
        cls.branch = companies.create(
            {"name": "Grinders North", "parent_id": cls.company.id}
        )
        cls.twig = companies.create(
            {"name": "Grinders Far North", "parent_id": cls.branch.id}
        )
        cls.stranger = companies.create({"name": "Grinders Abroad"})
        for company in cls.branch, cls.twig, cls.stranger:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=company, install_demo=False
            )
        cls.all = cls.company | cls.branch | cls.twig | cls.stranger
        cls.env.user.company_ids |= cls.all
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.all.ids)
        )
        for company in cls.all - cls.company:
            account = cls.customer.with_company(company).property_account_receivable_id
            company.credit_policy_id = cls.policy.copy(
                {"company_id": company.id, "account_ids": [Command.set(account.ids)]}
            )
            company.credit_control_tolerance = 0.1

    def _hold_in(self, company):
        hold = self.env["aftersales.dunning.hold"].create(
            {
                "partner_id": self.customer.id,
                "company_id": company.id,
                "scope": "customer",
                "reason_id": self.env.ref("aftersales_dunning.reason_dispute").id,
                "release_policy": "go_on",
            }
        )
        hold.action_approve()
        return hold

    def _bill_in(self, *companies):
        """Post an invoice of 100 in each company."""
        for company in companies:
            move = self.env["account.move"].with_company(company)
            env, self.env = self.env, move.env
            self.company, before = company, self.company
            self._new_invoice(100)
            self.env, self.company = env, before

    def _ask_in(self, company):
        """Return what a run of a company asks for."""
        run = (
            self.env["credit.control.run"]
            .with_company(company)
            .create(
                {
                    "date": self.today,
                    "company_id": company.id,
                    "policy_ids": [Command.set(company.credit_policy_id.ids)],
                }
            )
        )
        self.env.flush_all()
        run.generate_credit_lines()
        return sum(run.line_ids.mapped("balance_due"))

    def _ask(self):
        return [self._ask_in(company) for company in self.all]

    def test_hold_of_mother_company(self):
        """Branches are held with it, other companies are not."""
        self._bill_in(*self.all)
        self._hold_in(self.company)
        self.assertEqual(self._ask(), [0, 0, 0, 100])

    def test_hold_of_branch(self):
        """Its own branches are held with it, its mother company is not."""
        self._bill_in(*self.all)
        hold = self._hold_in(self.branch)
        self.assertEqual(self._ask(), [100, 0, 0, 100])
        hold._end("by_hand")
        self.env["credit.control.line"].search([]).filtered(
            lambda line: line.company_id in self.all
        ).unlink()
        self.assertEqual(self._ask(), [100, 100, 100, 100])

    def test_what_screens_say(self):
        """The invoice of a branch names the hold of the mother company."""
        self._bill_in(self.branch, self.stranger)
        hold = self._hold_in(self.company)
        invoices = self.env["account.move"].search(
            [("partner_id", "=", self.customer.id)]
        )
        own = invoices.filtered(lambda move: move.company_id == self.branch)
        foreign = invoices.filtered(lambda move: move.company_id == self.stranger)
        self.assertEqual(own.dunning_state, "full")
        self.assertEqual(own._get_running_holds()[own], hold)
        self.assertEqual(foreign.dunning_state, "none")
        self.assertFalse(foreign._get_running_holds()[foreign])
        held = self.env["account.move"].search([("dunning_state", "=", "full")])
        self.assertIn(own, held)
        self.assertNotIn(foreign, held)
