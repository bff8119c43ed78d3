from odoo.tests import Form

from .common import AftersalesCommon, feature


class TestConfiguration(AftersalesCommon):
    """What a manager sets up in the forms of type, stage and rule."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.link = cls.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == cls.stage_progress
        )
        cls.photo = cls.env.ref("aftersales_case.attachment_kind_photo")

    def _form(self):
        view = "aftersales_case.aftersales_type_stage_view_form"
        return Form(self._as(self.manager, self.link), view=view)

    @feature("N-13", "B4-12")
    def test_gate_says_how_many_it_would_stop_before_it_is_saved(self):
        """While a requirement is added, the form counts the open cases it would stop."""
        cases = self._new_case() | self._new_case() | self._new_case()
        cases[2].stage_id = self.stage_wait_supplier  # beyond the stage
        form = self._form()
        self.assertEqual(form.stopped_case_count, 0)
        with form.requirement_ids.new() as line:
            line.kind = "attachment"
            line.attachment_kind_id = self.photo
        self.assertEqual(form.stopped_case_count, 2)
        self.env["ir.attachment"].create(
            {
                "name": "photo",
                "raw": b"x",
                "res_model": cases._name,
                "res_id": cases[0].id,
                "aftersales_kind_id": self.photo.id,
            }
        )
        form.save()
        self.link.invalidate_recordset(["stopped_case_count"])
        self.assertEqual(self.link.stopped_case_count, 1)
        form = self._form()
        with form.requirement_ids.edit(0) as line:
            line.minimum = 2
        self.assertEqual(form.stopped_case_count, 2)

    @feature("N-13")
    def test_unsaved_tick_and_approval_stop_all(self):
        """Nobody can have ticked or approved what is only being written down."""
        self._new_case()
        for kind, field, value in (
            ("checklist", "checklist_text", "Complete"),
            ("approval", "group_id", self.env.ref("base.group_user")),
            ("field", "key", "supplier_id"),
        ):
            with self.subTest(kind=kind):
                form = self._form()
                with form.requirement_ids.new() as line:
                    line.kind = kind
                    line[field] = value
                self.assertEqual(form.stopped_case_count, 1)

    def test_moves_and_roles_are_no_lack_of_the_case(self):
        """A count of cases that lack something does not count who may move them."""
        self._new_case()
        first = self.type_complaint.link_ids.sorted()[0]
        first.next_ids = self.stage_cancelled
        self.link.group_ids = self.env.ref("base.group_system")
        self.assertEqual(self.link.stopped_case_count, 0)

    @feature("I2-10", "I2-25")
    def test_rule_with_condition_in_the_form_of_the_type(self):
        """A manager adds a rule to the list of the type, and a condition in its form."""
        with Form(self._as(self.manager, self.type_complaint)) as form:
            with form.field_rule_ids.new() as line:
                self.assertIn("supplier_id", line.type_keys)
                line.key = "supplier_id"
                line.label = "Carrier"
                line.required_from_id = self.stage_progress
        rule = self.type_complaint.field_rule_ids.filtered(
            lambda rule: rule.key == "supplier_id"
        )
        with Form(rule) as form, form.condition_ids.new() as line:
            line.key = "impact"
            line.operator = "in"
            line.value_shown = "2, 3"
        self.assertEqual(rule.condition_ids.display_name, "Impact is one of 2, 3")

    def test_keys_are_those_of_the_type(self):
        """A rule is offered the own fields of its type, not those of all others."""
        rule = self.type_complaint.field_rule_ids[0]
        self.assertNotIn("properties.serial", rule.type_keys)
        warranty = self.env.ref("aftersales_case.type_warranty").field_rule_ids[0]
        self.assertIn("properties.serial", warranty.type_keys)

    def test_link_is_edited_in_the_type(self):
        """Stages are added to a type in its own form."""
        with Form(self._as(self.manager, self.type_complaint)) as form:
            with form.link_ids.new() as line:
                line.stage_id = self.env.ref("aftersales_case.stage_settle")
        self.assertIn(
            "To Be Settled", self.type_complaint.link_ids.stage_id.mapped("name")
        )

    @feature("N-13")
    def test_next_stage_is_the_planned_one(self):
        """What comes next is work or the end, not a wait and not a rejection."""
        case = self._new_case(stage_id=self.stage_progress.id)
        self.assertEqual(case.next_stage_id, self.stage_solved)
        self.assertEqual(case.gate_preview, ["Cause", "Resolution"])
        service = self.env.ref("aftersales_case.type_service").copy()
        stage = {link.stage_id.name: link.stage_id for link in service.link_ids}
        for here, ahead in (
            ("New", "Assigned"),
            ("Assigned", "To Be Settled"),
            ("Waiting for Parts", "To Be Settled"),
            ("To Be Settled", "To Be Shipped"),
            ("Awaiting Pick-up", "Finished"),
        ):
            case = self._new_case(type_id=service.id, stage_id=stage[here].id)
            with self.subTest(here=here):
                self.assertEqual(case.next_stage_id.name, ahead)
