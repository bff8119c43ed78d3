from odoo.tests import HttpCase, no_retry, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.scripts import ScriptsSetup

from ..const import PLANNED, TO_PLAN
from .common import PlanningSetup, at


@tagged("post_install", "-at_install")
class TestBoardTours(PlanningSetup, HttpCase):
    """The board as a planner uses it, on the Monday of the tests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader.tz = "UTC"
        # Nobody else's rows and cards: the demo has some.
        others = cls.env["resource.resource"].search(
            [
                ("does_visits", "=", True),
                ("id", "not in", (cls.tom | cls.tina | cls.sub).ids),
            ]
        )
        others.does_visits = False
        cls.site.phone = "+31 20 794 0000"
        cls.action = cls.env["ir.actions.act_window"].create(
            {
                "name": "Board",
                "res_model": "aftersales.visit",
                "view_mode": "timeline",
                "view_id": cls.env.ref(
                    "aftersales_planning.aftersales_visit_view_board"
                ).id,
                "context": "{'board_day': '2026-03-02'}",
            }
        )

    def _tour(self, name):
        self.start_tour(f"/odoo/action-{self.action.id}", name, login="as_leader")

    def _named(self, name, **vals):
        return self._visit(self._new_case(name=name), **vals)

    @feature("I2-67", "I2-69", "B4-46")
    def test_drag_from_the_lane(self):
        """Cards of visits and of cases are dragged to the row of whom they are for."""
        visit = self._named("Lane")
        case = self._new_case(name="Nobody planned", site_id=self.customer.id)
        self._tour("aftersales_planning_board_lane")
        self.assertEqual((visit.lead_id, visit.start), (self.tina, at()))
        self.assertEqual(visit.stop, at(2))
        self.assertEqual(case.visit_ids.state, PLANNED)
        self.assertEqual(case.visit_ids.start, at(4))

    @feature("P-29")
    def test_refused_move_goes_back(self):
        moved = self._book(self._named("Moved"), at(), self.tom)
        self._book(self._named("Standing"), at(), self.tina)
        with mute_logger("odoo.http"):
            self._tour("aftersales_planning_board_refused")
        self.assertEqual((moved.lead_id, moved.start), (self.tom, at()))

    @feature("B4-46")
    def test_undo(self):
        """Straight into another row, back, again, to the lane, and back from there."""
        moved = self._book(self._named("Moved"), at(), self.tom)
        self._tour("aftersales_planning_board_undo")
        self.assertEqual((moved.lead_id, moved.start), (self.tina, at()))

    @feature("B4-46", "B4-48")
    def test_keyboard_only(self):
        visit = self._named("Keys")
        self._tour("aftersales_planning_board_keyboard")
        self.assertEqual(visit.state, TO_PLAN)
        kinds = visit.case_id.event_ids.filtered(
            lambda event: event.key == f"visit:{visit.id}"
        ).sorted("id")
        self.assertEqual(
            kinds.mapped("kind"),
            ["visit_to_plan", "visit_planned", "visit_moved", "visit_to_plan"],
        )
        self.assertEqual(kinds[2].to_at, at(0.25))


@tagged("post_install", "-at_install")
class TestBoardScripts(ScriptsSetup, HttpCase):
    @no_retry
    def test_unit_tests(self):
        """What the board reckons without a page: undo, differences, days, quarters."""
        self.assertIsNone(self._run_scripts("@aftersales_planning"))
