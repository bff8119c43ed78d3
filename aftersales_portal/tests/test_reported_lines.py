from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from odoo.addons.aftersales_case.tests.common import feature

from .test_problem_money import ProblemMoneySetup


@tagged("post_install", "-at_install")
class TestReportedLines(ProblemMoneySetup, TransactionCase):
    """The list of what customers reported of their invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.debtor = new_test_user(
            cls.env,
            "as_debtor",
            groups="base.group_user,account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def _rows(self, user, domain=()):
        return self._as(user)["aftersales.reported.line"].search(
            [("move_id", "in", self.sold.ids), *domain], order="id"
        )

    def setUp(self):
        super().setUp()
        self.sold = self._bill(("Oven\nwith door", 10, 100), ("Grill", 10, 50))
        oven = self.sold.invoice_line_ids[0]
        oven.name, self.oven = "Oven", oven
        self.first = self._report(self.price, self.sold, Oven="75")
        self.second = self._report(self.terms, self.sold, user=self.ben)
        oven.name = "Oven\nwith door"

    @feature("N-04")
    def test_list(self):
        """Which line of which invoice is in dispute, by whom, how much, and its state."""
        rows = self._rows(self.agent)
        self.assertEqual(rows.mapped("name"), ["Oven", "The whole invoice"])
        self.assertEqual(rows.mapped("amount"), [300, 1800])
        self.assertEqual(rows.currency_id, self.sold.currency_id)
        self.assertEqual(rows.partner_id, self.customer)
        self.assertEqual(rows.mapped("reporter_id"), (self.anna | self.ben).partner_id)
        self.assertEqual(rows.mapped("state"), ["new", "new"])
        action = self._as(self.agent, self.first).action_view_reported_lines()
        found = self._as(self.agent)[action["res_model"]].search(action["domain"])
        self.assertEqual(found, rows[:1])
        opened = rows[1].action_open_case()
        self.assertEqual(opened["res_id"], self.second.id)
        self._as(self.agent, self.first).stage_id = self.stage_cancelled
        self.env.flush_all()
        open_ones = [("state", "in", ("new", "open", "waiting"))]
        self.assertEqual(self._rows(self.agent, open_ones), rows[1])

    def test_count_is_for_who_may_read_them(self):
        """A colleague who follows the case, but reads no such lines, opens it."""
        self.first.message_subscribe(self.reporter.partner_id.ids)
        self.assertEqual(self._as(self.agent, self.first).reported_line_count, 1)
        case = self._as(self.reporter, self.first)
        lines = case.env["aftersales.reported.line"]
        self.assertFalse(lines.has_access("read"))
        self.assertEqual(case.reported_line_count, 0)

    def test_groups(self):
        """All that the screen groups by and sums, agents and debtor control may."""
        users = [self.agent, self.leader]
        users += [self.debtor] if self.is_dunning else []
        for user in users:
            model = self._as(user)["aftersales.reported.line"]
            for name in ("partner_id", "move_id", "case_id", "state", "reporter_id"):
                with self.subTest(user=user.login, name=name):
                    groups = model.formatted_read_group(
                        [("move_id", "=", self.sold.id)],
                        [name],
                        ["amount:sum", "currency_id:array_agg_distinct"],
                    )
                    self.assertEqual(sum(group["amount:sum"] for group in groups), 2100)

    def test_invoice(self):
        """The accountant finds them from the invoice."""
        user = self.debtor if self.is_dunning else self.agent
        user.group_ids += self.env.ref("account.group_account_invoice")
        form = Form(self._as(user, self.sold))
        self.assertEqual(form.reported_line_count, 2)
        action = self._as(user, self.sold).action_view_reported_lines()
        self.assertEqual(
            self._as(user)["aftersales.reported.line"].search(action["domain"]),
            self._rows(user),
        )

    def test_confidential(self):
        """A confidential case is in nobody's list but its own people's."""
        self.first.confidential = True
        self.first.user_id = self.leader
        self.env.flush_all()
        user = self.debtor if self.is_dunning else self.agent
        self.assertEqual(self._rows(user).case_id, self.second)
        with self.assertRaises(AccessError):
            self._as(self.reporter)["aftersales.reported.line"].search([])

    def test_sets(self):
        """One row or many: the same number of queries."""
        fields = ["name", "state", "reporter_id", "partner_id", "amount", "move_id"]

        def read(domain):
            self.env.invalidate_all()
            self._rows(self.agent, domain).read(fields)

        read([])
        self.env.flush_all()
        one = self._count_queries(lambda: read([("case_id", "=", self.first.id)]))
        self.assertEqual(self._count_queries(lambda: read([])), one)
