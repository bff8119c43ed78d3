from odoo.tests import TransactionCase, tagged

from .test_problem_money import ProblemMoneySetup


@tagged("post_install", "-at_install")
class TestProblemLife(ProblemMoneySetup, TransactionCase):
    """What becomes of the money when the case goes its way."""

    def setUp(self):
        super().setUp()
        if not self.is_dunning:
            self.skipTest("aftersales_dunning is not installed: nothing is held")
        self.sold = self._bill(("Oven", 10, 100), ("Grill", 10, 50))

    def assertHeld(self, amount):
        self.env.invalidate_all()
        self.assertAlmostEqual(self.sold.held_amount, amount)

    def test_two_people(self):
        """Two people, two lines: two cases; merged, one holds what both did."""
        first = self._report(self.price, self.sold, Oven="75")
        second = self._report(self.damaged, self.sold, user=self.ben, Grill="5")
        self.assertHeld(600)
        self._as(self.agent, second)._merge_into(self._as(self.agent, first))
        self.env.flush_all()
        self.assertHeld(600)
        rows = self.env["aftersales.reported.line"].search(
            [("move_id", "=", self.sold.id)]
        )
        self.assertEqual(rows.case_id, first)
        told = "".join(first._get_payment_notes())
        self.assertIn("600.00", told)

    def test_type_changes(self):
        case = self._report(self.damaged, self.sold, Oven="2")
        self.assertHeld(240)
        self._as(self.agent, case).type_id = self.dispute
        self.env.flush_all()
        self.assertHeld(240)

    def test_rejected(self):
        """What was not granted is dunned again, and may be reported again."""
        first = self._report(self.price, self.sold, Oven="75")
        self._as(self.agent, first).write(
            {
                "rejection_reason_id": self.env["aftersales.resolution"]
                .search([("outcome", "=", "rejected")], limit=1)
                .id,
                "stage_id": self.stage_rejected.id,
            }
        )
        self.env.flush_all()
        self.assertHeld(0)
        second = self._report(self.price, self.sold, Oven="80")
        self.assertNotEqual(first, second)
        self.assertHeld(240)

    def test_cancelled(self):
        case = self._report(self.price, self.sold, Oven="75")
        self._as(self.agent, case).stage_id = self.stage_cancelled
        self.env.flush_all()
        self.assertHeld(0)
        self.assertFalse(case._get_payment_notes())

    def test_payment_taken_back(self):
        """What was paid meanwhile and came back is disputed as before."""
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=self.sold.ids)
            .create({"amount": 1700})
        )
        payment = wizard._create_payments()
        case = self._report(self.price, self.sold, Oven="75")
        self.assertHeld(100)
        self.assertTrue(payment)
        self.sold.line_ids.remove_move_reconcile()
        self.env.flush_all()
        self.assertHeld(300)
        self.assertIn("300.00", "".join(case._get_payment_notes()))

    def test_over_what_is_credited(self):
        """Three of ten were credited before: of ten, seven are disputed."""
        for problem in (self.quantity, self.damaged):
            sold = self._bill(("Oven", 10, 100), ("Grill", 10, 50))
            wizard = (
                self.env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=sold.ids)
                .create({"journal_id": sold.journal_id.id})
            )
            refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
            lines = refund.invoice_line_ids
            lines.filtered(lambda line: line.name == "Grill").unlink()
            lines.exists().quantity = 3
            refund.action_post()
            (sold | refund).line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            ).reconcile()
            self.assertEqual(sold.amount_residual, 1440)
            self._report(problem, sold, Oven="10")
            with self.subTest(problem=problem.name):
                self.assertAlmostEqual(sold.held_amount, 840)
