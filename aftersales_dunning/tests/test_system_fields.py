from odoo.exceptions import AccessError

from odoo.addons.aftersales_case.tests.hostile import call

from .common import DunningCommon


class TestSystemFields(DunningCommon):
    """What is held of an invoice, and since when, is no accountant's to write."""

    def setUp(self):
        super().setUp()
        self.invoice = self._new_invoice(1000)
        self.hold = self._hold(self.invoice, "amount", 400)
        for group in ("account.group_account_manager", "base.group_partner_manager"):
            self.accountant.group_ids |= self.env.ref(group)
        self.mine = self._as(self.accountant, self.invoice)

    def test_written(self):
        """Neither is a hold written away, nor is an invoice not dunned without one."""
        for vals in (
            {"held_amount": 0},
            {"hold_state": "none"},
            {"is_fully_held": True},
            {"no_followup_before": True},
            {"dunning_due_original": "2020-01-01"},
            {"dunning_due_moved": {"days": 3650}},
            {"dunning_credits_asked": [self.invoice.id]},
        ):
            with self.subTest(vals=vals), self.assertRefused(AccessError, "is kept"):
                call(self.mine, "write", vals)
            with self.subTest(vals=vals), self.assertRefused(AccessError, "is kept"):
                call(self.mine.browse(), "create", {"move_type": "out_invoice"} | vals)
        self.assertHeld({self.invoice: 400})
        self.assertEqual(self.invoice._get_standings()[self.invoice].due_now, 600)

    def test_by_default(self):
        """Nor by a default of the request, or one that a user keeps for himself."""
        values = {
            "move_type": "out_invoice",
            "company_id": self.company.id,
            "partner_id": self.customer.id,
        }
        context = {"default_dunning_due_original": "2090-01-01"}
        invoice_id = call(self.mine.browse(), "create", values, **context)
        self.assertFalse(self.invoice.browse(invoice_id).dunning_due_original)
        self.env["ir.default"].with_user(self.accountant).set(
            "account.move", "dunning_due_original", "2090-01-01", user_id=True
        )
        invoice_id = call(self.mine.browse(), "create", values)
        self.assertFalse(self.invoice.browse(invoice_id).dunning_due_original)

    def test_by_a_parent(self):
        """Nor by commands of the customer, or of the case, on what hangs on them."""
        for vals in (
            {"invoice_ids": [[1, self.invoice.id, {"held_amount": 0}]]},
            {"invoice_ids": [[1, self.invoice.id, {"is_fully_held": True}]]},
        ):
            with self.subTest(vals=vals), self.assertRefused(AccessError, "is kept"):
                call(self._as(self.accountant, self.customer), "write", vals)
        for commands in (
            [[0, 0, {"reason_id": self.hold.reason_id.id, "renewal_count": 9}]],
            [[1, self.hold.id, {"date_until": "2090-01-01"}]],
            [[2, self.hold.id]],
            [[3, self.hold.id]],
            [[5]],
            [[6, 0, []]],
        ):
            with self.subTest(commands=commands), self.assertRefused(AccessError, ""):
                call(self.mine, "write", {"hold_ids": commands})
        other = self._new_invoice(50)
        for commands in ([[4, self.hold.id]], [[6, 0, self.hold.ids]]):
            with self.subTest(commands=commands), self.assertRefused(AccessError, ""):
                call(self._as(self.accountant, other), "write", {"hold_ids": commands})
        self.assertEqual((self.hold.move_id, self.hold.state), (self.invoice, "active"))

    def test_what_follows(self):
        """An invoicing user posts, copies, resets and credits held invoices as ever."""
        self.hold.write(
            {"scope": "invoice", "release_policy": "new_due", "due_days": 30}
        )
        self.hold._release_by_hand(self.hold._get_terms())
        self.assertTrue(self.invoice.dunning_due_original)
        call(self.mine, "button_draft")
        call(self.mine, "action_post")
        self.assertTrue(self.invoice.dunning_due_original)
        copied = self.invoice.browse(call(self.mine, "copy"))
        self.assertFalse(copied.dunning_due_original)
