from odoo.exceptions import AccessError

from odoo.addons.aftersales_case.tests.hostile import call

from .goods import GoodsCommon


class TestHoldAgain(GoodsCommon):
    """What somebody decided is not got round by more goods, or by one more case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.limit.unlink()
        cls.strict = cls.reason.copy({"needs_approval": True})

    def setUp(self):
        super().setUp()
        order = self._new_order(10)
        self.slip, self.invoice = self._deliver(order), self._bill(order)

    def _new_complaint(self, quantity, **vals):
        """The agent opens a case about some of the ten machines, of 115 each."""
        return self._complain(self.slip, [quantity], user_id=self.agent.id, **vals)

    def _approve(self, hold):
        call(self._as(self.accountant, hold), "action_approve")

    # === More goods === #

    def _get_approved(self):
        self.type_complaint.hold_reason_id = self.strict
        case = self._new_complaint(1)
        self._approve(case.hold_ids)
        self.assertHeld({self.invoice: 115})
        return self._as(self.agent, case.line_ids), case.hold_ids

    def test_goods_grow(self):
        """One machine was approved: the agent's ten hold one, until ten are approved."""
        goods, hold = self._get_approved()
        call(goods, "write", {"quantity": 10})
        self.assertEqual((hold.state, hold.amount), ("active", 115))
        self.assertEqual(hold.unapproved_amount, 1035)
        self.assertDue(self.invoice, 115, 1035)
        asked = self.env["mail.message"].search(
            [("partner_ids", "in", self.accountant.partner_id.ids)], limit=1
        )
        self.assertIn("1,035.00", asked.body)
        with self.assertRefused(AccessError, "debtor control"):
            call(self._as(self.agent, hold), "action_approve")
        self._approve(hold)
        self.assertDue(self.invoice, 1150, 0)
        self.assertEqual((hold.approved_amount, hold.unapproved_amount), (1150, 0))
        self.assertFalse(hold.is_manual)

    def test_goods_shrink_and_grow(self):
        """Up to what was approved they are the agent's."""
        goods, hold = self._get_approved()
        for quantity, held, rest in ((4, 115, 345), (0.5, 57.5, 0), (1, 115, 0)):
            call(goods, "write", {"quantity": quantity})
            self.assertDue(self.invoice, held, 1150 - held)
            self.assertEqual(hold.unapproved_amount, rest)
        call(goods, "write", {"concerned": False})
        self.assertHeld({self.invoice: 0})

    def test_asked_once(self):
        """Debtor control is not asked again by each change that asks for no more."""
        goods, hold = self._get_approved()
        call(goods, "write", {"quantity": 3})
        before = self.env["mail.message"].search_count([])
        hold.case_id._sync_goods()
        hold.case_id._sync_goods()
        self.assertEqual(self.env["mail.message"].search_count([]), before)

    def test_price_grows(self):
        """Nor was a higher price approved."""
        self._get_approved()
        self.invoice.button_draft()
        self.invoice.invoice_line_ids.filtered("product_id").price_unit = 1000
        self.invoice.action_post()
        running = self.invoice.hold_ids.filtered(lambda one: one.state == "requested")
        self.assertEqual((running.amount, running.waits_for), (1150, "approval"))
        self.assertHeld({self.invoice: 0})

    def test_customer_asks_for_more(self):
        """A customer whose holds work at once raises none that had to be approved."""
        self.company.aftersales_customer_hold = "at_once"
        _goods, hold = self._get_approved()
        before = hold.case_id.message_ids
        asked = {"move_id": self.invoice.id, "amount": 1000, "by_customer": True}
        hold.case_id._request_hold(asked)
        self.assertHeld({self.invoice: 115})
        self.assertIn("1,000.00", (hold.case_id.message_ids - before).body)

    def test_what_nobody_had_to_approve(self):
        """The agent's own complaint goes on following its goods."""
        case = self._new_complaint(1)
        self.assertFalse(case.hold_ids.approved_by_id)
        call(self._as(self.agent, case.line_ids), "write", {"quantity": 10})
        self.assertHeld({self.invoice: 1150})

    # === One more case === #

    def _end(self, case):
        """The agent ends the hold of a case as he may."""
        release = self._as(self.agent)["aftersales.dunning.release"]
        context = {"default_hold_ids": case.hold_ids.ids}
        call(release.with_context(**context).create({}), "action_release")

    def test_new_cases_about_the_same(self):
        """Once more is his, as a renewal is; then debtor control decides."""
        states = []
        for _time in range(3):
            case = self._new_complaint(3)
            states.append(case.hold_ids.state)
            if case.hold_ids.state == "active":
                self._end(case)
        self.assertEqual(states, ["active", "active", "requested"])
        self.assertEqual(case.hold_ids.waits_for, "approval")
        self.assertFalse(case.hold_ids.held_amount)

    def test_withdrawn_and_reported_anew(self):
        """A case that is withdrawn and opened again is the same case."""
        for state in ("active", "active", "requested"):
            case = self._new_complaint(3)
            self.assertEqual(case.hold_ids.state, state)
            case.action_cancel()

    def test_refused_and_reported_anew(self):
        """What debtor control refused is not held by a case of another type."""
        self.type_complaint.hold_reason_id = self.strict
        call(
            self._as(self.accountant, self._new_complaint(3).hold_ids), "action_refuse"
        )
        self.type_complaint.hold_reason_id = self.reason
        hold = self._new_complaint(3).hold_ids
        self.assertEqual((hold.state, hold.waits_for), ("requested", "approval"))

    def test_other_goods(self):
        """Complaints about other deliveries on the invoice are others."""
        orders = self._new_order(2) | self._new_order(3)
        slips = [self._deliver(order) for order in orders]
        invoice = self._bill(orders)
        for slip in (*slips, *slips):
            case = self._complain(slip, user_id=self.agent.id)
            self.assertEqual(case.hold_ids.move_id, invoice)
            self.assertEqual(case.hold_ids.state, "active")
            self._end(case)
        case = self._complain(slips[0], user_id=self.agent.id)
        self.assertEqual(case.hold_ids.state, "requested")
