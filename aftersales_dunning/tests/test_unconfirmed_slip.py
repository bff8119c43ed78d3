from odoo.exceptions import AccessError

from .goods import GoodsCommon


class TestUnconfirmedSlip(GoodsCommon):
    """A colleague without a role typed the number of the slip: it is believed later."""

    def setUp(self):
        super().setUp()
        order = self._new_order(10)
        self.slip = self._deliver(order)
        self.invoice = self._bill(order)

    def _report(self):
        """A case whose slip nobody who works on it has confirmed yet."""
        case = self._new_case(user_id=self.agent.id)
        self._name_slip(case, self.slip)
        return case

    def _name_slip(self, case, slip):
        """Write the number as the reporter does in a form of his own case."""
        # sudo: whose case it is does not matter here, who names the slip does
        self._as(self.reporter, case).sudo().slip_number = slip.name
        self.assertTrue(case.slip_unconfirmed)

    def _confirm(self, case, user=None):
        self._as(user or self.agent, case).action_confirm_slip()

    def test_waits_for_the_slip(self):
        """Customer and goods are taken; the hold waits, and works when it is confirmed."""
        case = self._report()
        hold = case.hold_ids
        self.assertEqual(case.picking_id, self.slip)
        self.assertEqual(
            (hold.state, hold.waits_for, hold.amount), ("requested", "slip", 1150)
        )
        self.assertHeld({self.invoice: 0})
        self.invoice.invalidate_recordset()
        notice = self._as(self.accountant, self.invoice).dunning_notice
        self.assertIn("confirms the delivery slip", notice)
        case.line_ids.quantity = 4
        self.assertEqual((hold.state, hold.amount), ("requested", 460))
        self._confirm(case)
        self.assertEqual((hold.state, hold.waits_for), ("active", False))
        self.assertHeld({self.invoice: 460})

    def test_reason_that_needs_an_approval(self):
        """Then debtor control still decides."""
        self.type_complaint.hold_reason_id = self.reason.copy({"needs_approval": True})
        case = self._report()
        self.assertEqual(case.hold_ids.waits_for, "slip")
        self._confirm(case)
        hold = case.hold_ids
        self.assertEqual((hold.state, hold.waits_for), ("requested", "approval"))
        with self.assertRefused(AccessError, "debtor control"):
            self._as(self.agent, hold).action_approve()
        self._as(self.accountant, hold).action_approve()
        self.assertHeld({self.invoice: 1150})

    def test_debtor_control_may_approve_before(self):
        """It need not wait for service."""
        case = self._report()
        with self.assertRefused(AccessError, "debtor control"):
            self._as(self.agent, case.hold_ids).action_approve()
        self._as(self.accountant, case.hold_ids).action_approve()
        self.assertHeld({self.invoice: 1150})
        self._confirm(case)
        self.assertEqual(case.hold_ids.state, "active")

    def test_next_invoice(self):
        """What is billed later waits as well."""
        order = self._new_order(5)
        slip = self._deliver(order)
        case = self._new_case(user_id=self.agent.id)
        self._name_slip(case, slip)
        self.assertFalse(case.hold_ids)
        invoice = self._bill(order)
        self.assertEqual(case.hold_ids.waits_for, "slip")
        self.assertHeld({invoice: 0})

    def test_asked_for_by_those_who_work_on_it(self):
        """An agent who asks by hand has made up his mind."""
        case = self._report()
        other = self._new_invoice(100)
        self._as(self.agent, case)._request_hold({"move_id": other.id})
        self.assertHeld({other: 100, self.invoice: 0})
