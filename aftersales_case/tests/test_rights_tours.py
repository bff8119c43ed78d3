from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import feature
from .test_gate_tours import GateToursSetup

FIELD = "restricted_properties"


@tagged("post_install", "-at_install")
class TestRightsTours(GateToursSetup, HttpCase):
    """The client works without the fields that are not for its user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        leaders = cls.env.ref("aftersales_case.group_aftersales_leader")
        Case, Right = cls.env["aftersales.case"], cls.env["aftersales.field.right"]
        names = [*Case._get_restrictable_fields()]
        for name in names:
            if name != FIELD:
                role = "write_group_ids" if name == "cause_id" else "read_group_ids"
                Right.create(
                    {
                        "key": f"aftersales.case.{name}",
                        role: [Command.set(leaders.ids)],
                    }
                )
        cls.type_complaint[f"{FIELD}_definition"] = [
            {"name": "guilt", "string": "Guilt", "type": "char"},
            {"name": "share", "string": "Share", "type": "integer"},
        ]
        cls._rule(f"{FIELD}.share", required_from_id=cls.stage_progress.id)
        cls.case.write(
            {FIELD: {"guilt": "Carrier"}, "cost": 5, "cause_id": cls.cause.id}
        )
        cls.team.leader_id = cls.leader

    @feature("B4-98", "B4-22", "B4-23")
    def test_agent_without_the_fields(self):
        """Form, gate, board, list, pivot and graph work without them."""
        self._check_tour_form("aftersales_case_rights_agent")
        self.assertEqual(self.case.name, "Boiler drips a lot")
        self.assertEqual(self.case.cost, 5)
        self.assertEqual(self.case._get_raw_properties(FIELD), {"guilt": "Carrier"})

    @feature("B4-98", "B4-22", "B4-25")
    def test_leader_answers(self):
        """The role that sees the own fields for few answers them where a stage asks."""
        with mute_logger("odoo.http"):  # it logs the refused move
            self.start_tour(
                f"/odoo/cases/{self.case.id}",
                "aftersales_case_rights_leader",
                login="as_leader",
            )
        self.assertEqual(
            self.case._get_raw_properties(FIELD), {"guilt": "Carrier", "share": 7}
        )
        self.assertEqual(self.case.stage_id, self.stage_progress)
