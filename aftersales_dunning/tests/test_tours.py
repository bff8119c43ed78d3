from datetime import timedelta

from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.tests.common import AftersalesSetup, feature

from .common import DunningSetup


@tagged("post_install", "-at_install")
class TestTours(DunningSetup, AftersalesSetup, HttpCase):
    """What accountants and service do in the browser, from screen to screen."""

    @feature("I2-51", "I2-55", "P-46")
    def test_accountant(self):
        """He finds the held invoice, reads why and its case, and releases it."""
        held = self._new_invoice(1150, invoice_partner_display_name=False)
        held.partner_id.name = "Tour Held"
        free = self.env["res.partner"].create({"name": "Tour Free"})
        self._new_invoice(100, partner=free)
        case = self._new_case(name="Tour Machine leaks", user_id=self.agent.id)
        hold = self._hold(held, "amount", 460, case)
        self.start_tour(
            "/odoo/action-account.action_move_out_invoice",
            "aftersales_dunning_release",
            login="as_accountant",
        )
        self.assertEqual(hold.state, "released")
        self.assertEqual(hold.ended_by_id, self.accountant)
        self.assertEqual(hold.release_policy, "wait")
        self.assertEqual(held.held_amount, 460)
        self.assertEqual(hold.resume_on, self.today + timedelta(days=5))

    @feature("I2-55")
    def test_agent(self):
        """He sees on the case what its slip holds, and holds one more invoice."""
        order = self._new_order(5)
        slip = self._deliver(order)
        self._bill(order)
        other = self._new_invoice(500, name="TOUR/2")
        case = self._complain(slip, [2], user_id=self.agent.id)
        self.start_tour(
            f"/odoo/cases/{case.id}", "aftersales_dunning_case", login="as_agent"
        )
        self.assertEqual(other.hold_ids.case_id, case)
        self.assertEqual(other.hold_ids.requested_by_id, self.agent)
        self.assertEqual(other.held_amount, 500)
