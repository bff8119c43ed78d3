from odoo.tests import HttpCase, tagged

from .common import AftersalesSetup, feature


@tagged("post_install", "-at_install")
class TestTours(AftersalesSetup, HttpCase):
    @feature("B4-44", "B4-45")
    def test_drag_on_the_board(self):
        """An agent drags a card to the next stage without opening it."""
        self.type_complaint.name = "Tour Complaint"
        case = self._new_case(name="Boiler drips", user_id=self.agent.id)
        self.start_tour(
            "/odoo/action-aftersales_case.aftersales_overview_action",
            "aftersales_case_board",
            login="as_agent",
        )
        self.assertEqual(case.stage_id, self.stage_progress)
        self.assertEqual(case.event_ids[-1:].actor_id, self.agent)

    @feature("I2-06")
    def test_report_in_the_browser(self):
        """A colleague without a role reports a case in a few clicks."""
        self.start_tour(
            "/odoo/action-aftersales_case.aftersales_case_action",
            "aftersales_case_report",
            login="as_reporter",
        )
        case = self.env["aftersales.case"].search(
            [("name", "=", "Cups arrived broken")]
        )
        self.assertEqual(case.create_uid, self.reporter)
        self.assertTrue(case.user_id)
