from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import AftersalesSetup, feature


class GateToursSetup(AftersalesSetup):
    """A type of which every rule and requirement is set by the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        types = cls.type_complaint | cls.type_service
        types.field_rule_ids.unlink()
        types.link_ids.requirement_ids.unlink()
        types.link_ids.group_ids = False
        types.link_ids.next_ids = False
        cls.type_complaint.name = "Tour Complaint"
        cls.type_service.name = "Tour Service"
        cls.link_progress = cls.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == cls.stage_progress
        )
        cls.case = cls._new_case(cls, name="Boiler drips", user_id=cls.agent.id)
        cls.cause = cls.env["aftersales.cause"].create({"name": "Wear of the Tour"})

    @classmethod
    def _rule(cls, key, case_type=None, **vals):
        case_type = case_type or cls.type_complaint
        return cls.env["aftersales.field.rule"].create(
            {"type_id": case_type.id, "key": key} | vals
        )

    @classmethod
    def _require(cls, **vals):
        return cls.env["aftersales.stage.requirement"].create(
            {"link_id": cls.link_progress.id} | vals
        )

    def _lead_from_new(self):
        """Let cases go from New to Waiting for Customer only."""
        links = self.type_complaint.link_ids
        here = links.filtered(lambda link: link.stage_id == self.stage_new)
        here.next_ids = self.stage_wait_customer

    def _require_photo(self):
        kind = self.env["aftersales.attachment.kind"].create({"name": "Tour Photo"})
        self._require(kind="attachment", attachment_kind_id=kind.id)
        return kind

    def _tour(self, url, name):
        with mute_logger("odoo.http"):  # it logs every refusal
            self.start_tour(url, name, login="as_agent")

    def _tour_board(self, name):
        self._tour("/odoo/action-aftersales_case.aftersales_overview_action", name)

    def _check_tour_form(self, name, case=None):
        self._tour(f"/odoo/cases/{(case or self.case).id}", name)


@tagged("post_install", "-at_install")
class TestGateTours(GateToursSetup, HttpCase):
    @feature("N-13", "B4-13", "B4-14", "B4-26")
    def test_refused_drag(self):
        """A refused drag asks exactly what is missing; Discard puts the card back."""
        kind = self._require_photo()
        self._require(kind="checklist", checklist_text="Device is complete")
        self._rule("cause_id", required_from_id=self.stage_progress.id, sequence=10)
        self._rule("cost", required_from_id=self.stage_progress.id, sequence=20)
        attachment = self.env["ir.attachment"].create(
            {
                "name": "mailed.jpg",
                "raw": b"x",
                "res_model": self.case._name,
                "res_id": self.case.id,
            }
        )
        self._tour_board("aftersales_gate_drag")
        self.assertEqual(self.case.stage_id, self.stage_progress)
        self.assertEqual(self.case.cause_id, self.cause)
        self.assertEqual(self.case.checklist_ids.done_by_id, self.agent)
        self.assertEqual(attachment.aftersales_kind_id, kind)
        # The small form asked for the costs and was saved with 0.
        self.assertEqual(self.case.answered, ["cost"])

    @feature("N-13", "B4-14")
    def test_upload_in_the_small_form(self):
        """A missing photo is uploaded where it is asked, with its kind."""
        kind = self._require_photo()
        self._tour_board("aftersales_gate_upload")
        self.assertEqual(self.case.stage_id, self.stage_progress)
        self.assertEqual(self.case.file_ids.aftersales_kind_id, kind)

    @feature("B4-25")
    def test_refused_by_role(self):
        """Who may not move a case is told who may; the card goes back."""
        self.link_progress.group_ids = self.env.ref(
            "aftersales_case.group_aftersales_leader"
        )
        self._tour_board("aftersales_gate_role")
        self.assertEqual(self.case.stage_id, self.stage_new)

    @feature("N-13")
    def test_approval_is_awaited(self):
        """Answers are saved although the approval is still to come."""
        group = self.env.ref("aftersales_case.group_aftersales_manager")
        self._require(kind="approval", group_id=group.id)
        self._rule("cause_id", required_from_id=self.stage_progress.id)
        self._tour_board("aftersales_gate_approval")
        self.assertEqual(self.case.cause_id, self.cause)
        self.assertEqual(self.case.approval_ids.state, "pending")
        self.assertEqual(self.case.stage_id, self.stage_new)

    @feature("N-13")
    def test_statusbar_keeps_other_changes(self):
        """A refused click on the status bar loses nothing that was typed before."""
        self._rule("cause_id", required_from_id=self.stage_progress.id)
        self._check_tour_form("aftersales_gate_statusbar")
        self.assertEqual(self.case.stage_id, self.stage_progress)
        self.assertEqual(self.case.name, "Boiler drips a lot")
        self.assertEqual(self.case.cause_id, self.cause)

    def test_stages_out_of_reach(self):
        """The status bar greys where a case cannot go, and says why."""
        self._lead_from_new()
        self._check_tour_form("aftersales_closed_stages")
        self.assertEqual(self.case.stage_id, self.stage_wait_customer)

    @feature("N-13")
    def test_refused_button(self):
        """Whatever asked for a refused move, the small form answers."""
        self._rule("cause_id", required_from_id=self.stage_solved.id)
        self._check_tour_form("aftersales_gate_button")
        self.assertEqual(self.case.stage_id, self.stage_solved)
        self.assertEqual(self.case.cause_id, self.cause)

    @feature("N-13")
    def test_refused_multi_edit(self):
        """Each refused case of a list is asked for; those that lack nothing move."""
        self._rule("cause_id", required_from_id=self.stage_progress.id)
        cases = self.case.browse()
        for number in range(3):
            cases |= self._new_case(name=f"Tour case {number}", user_id=self.agent.id)
        cases[1].cause_id = self.cause
        self._tour(
            "/odoo/action-aftersales_case.aftersales_case_action?view_type=list",
            "aftersales_gate_multi_edit",
        )
        stages = cases.mapped("stage_id")
        self.assertEqual(stages, self.stage_new | self.stage_progress)
        self.assertEqual(cases[1].stage_id, self.stage_progress)

    @feature("B4-20")
    def test_card_within_warranty_and_after_it(self):
        """The same card asks for the claim within warranty, for the price after it."""
        service = self.env.ref("aftersales_case.type_service")
        self.type_service.properties_definition = [
            *service.properties_definition,
            {"name": "claim", "string": "Claim Number", "type": "char"},
        ]
        price = self._rule("cost", self.type_service, label="Price after Warranty")
        claim = self._rule("properties.claim", self.type_service)
        for rule, value in ((claim, "yes"), (price, "no")):
            self.env["aftersales.field.condition"].create(
                {"rule_id": rule.id, "key": "properties.warranty", "value": value}
            )
        cases = [
            self._new_case(type_id=self.type_service.id, user_id=self.agent.id)
            for _number in range(2)
        ]
        self._check_tour_form("aftersales_card_within_warranty", cases[0])
        self._check_tour_form("aftersales_card_after_warranty", cases[1])
        found = [case._get_raw_properties() for case in cases]
        self.assertEqual([item["warranty"] for item in found], ["yes", "no"])
        self.assertEqual(found[0]["claim"], "CL-7")
        self.assertEqual([case.cost for case in cases], [0, 80])

    @feature("I2-25", "B4-22")
    def test_one_form_two_types(self):
        """The same form shows other names, fields and own fields on another type."""
        self.type_complaint.properties_definition = [
            {
                "name": "wet",
                "string": "Wet",
                "type": "selection",
                "selection": [["yes", "Yes"], ["no", "No"]],
            },
            {"name": "count", "string": "How Many", "type": "integer"},
            {"name": "slip", "string": "Slip Number", "type": "char"},
        ]
        self.type_service.properties_definition = [
            {"name": "serial", "string": "Serial Number", "type": "char"},
        ]
        self._rule("cost", label="What it Cost Us")
        self._rule("supplier_id", hidden=True)
        self._rule("properties.slip", locked_from_id=self.stage_new.id)
        count = self._rule("properties.count", label="Number of Leaks")
        self.env["aftersales.field.condition"].create(
            {"rule_id": count.id, "key": "properties.wet", "value": "yes"}
        )
        self._rule("cost", self.type_service, label="Price of the Repair", sequence=1)
        self._rule("supplier_id", self.type_service, sequence=2)
        self.case.properties = {"slip": "B-1"}
        service = self._new_case(type_id=self.type_service.id, user_id=self.agent.id)
        self._check_tour_form("aftersales_type_complaint")
        self._check_tour_form("aftersales_type_service", service)
        self.assertEqual(self.case.type_id, self.type_complaint)


@tagged("post_install", "-at_install")
class TestGateToursMobile(GateToursSetup, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    @feature("N-13")
    def test_statusbar_on_a_phone(self):
        """The small form opens on a phone, too, and keeps what was typed."""
        self._rule("supplier_id", required_from_id=self.stage_progress.id)
        self._check_tour_form("aftersales_gate_statusbar_mobile")
        self.assertEqual(self.case.stage_id, self.stage_new)

    def test_stages_out_of_reach_on_a_phone(self):
        """The menu of stages greys the same as the status bar."""
        self._lead_from_new()
        self._check_tour_form("aftersales_closed_stages_mobile")
        self.assertEqual(self.case.stage_id, self.stage_new)

    def test_board_opens_where_cases_are(self):
        """On a phone the board shows its first column that is not empty."""
        self.case.stage_id = self.stage_progress
        self._tour("/odoo/my-cases", "aftersales_board_mobile")
        self.assertEqual(self.case.stage_id, self.stage_progress)
