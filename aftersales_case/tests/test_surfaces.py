from odoo.exceptions import ValidationError
from odoo.tests import Form

from odoo.addons.aftersales_case.const import (
    SURFACE_BACKOFFICE,
    SURFACE_INTAKE,
    SURFACE_PORTAL,
)

from .common import AftersalesCommon

SHIPPED = ("complaint", "dispute", "issue", "service", "ticket", "warranty")


class TestSurfaces(AftersalesCommon):
    def setUp(self):
        super().setUp()
        self.type_complaint.field_rule_ids.unlink()
        self.case = self._new_case()

    def _rule(self, key, **vals):
        return self.env["aftersales.field.rule"].create(
            {"type_id": self.type_complaint.id, "key": key} | vals
        )

    def _state(self, rule, surface, case=None, stage=None):
        case = case or self.case
        stages = {case: stage} if stage else None
        return case._get_field_states(surface, stages)[case][rule.key]

    def test_visible_fields(self):
        """Customers see what a rule shows them; what is for colleagues is nothing to it."""
        self._rule("cost")
        self._rule("cause_id", hidden=True)
        self._rule("solution", portal="visible")
        self._rule("phone", portal="editable", hidden=True)
        self._rule("description", portal="asked")
        condition = self._rule("email", portal="asked").condition_ids
        condition.create(
            {"rule_id": self._rule("impact").id, "key": "urgency", "value": "3"}
        )
        rule = self._rule("urgency", portal="visible")
        condition.create({"rule_id": rule.id, "key": "impact", "value": "none"})
        table = {
            SURFACE_BACKOFFICE: {"cost", "solution", "description", "email"},
            SURFACE_PORTAL: {"solution", "phone", "description", "email"},
            SURFACE_INTAKE: {"description", "email"},
        }
        for surface, keys in table.items():
            with self.subTest(surface=surface):
                visible = self.case._get_visible_fields(surface)[self.case]
                self.assertEqual(set(visible), keys)
        self.type_complaint.field_rule_ids.unlink()
        for surface in table:
            self.assertEqual(
                self.case._get_visible_fields(surface), {self.case: []}, surface
            )

    def test_unknown_surface(self):
        """Who misspells a surface is told, and gets no judgement."""
        for surface in ("customer", "", None, "Portal"):
            with self.assertRaisesRegex(ValueError, "Unknown surface"):
                self.case._get_visible_fields(surface)

    def test_must_be_answered_at_creation(self):
        """The customer must answer it; a colleague who makes the case need not."""
        rule = self._rule(
            "description", portal="asked", portal_required=True, help="What is wrong?"
        )
        new = self.env["aftersales.case"].new({"type_id": self.type_complaint.id})
        state = self._state(rule, SURFACE_INTAKE, new)
        self.assertTrue(state.required)
        self.assertEqual(state.help, "What is wrong?")
        self.assertFalse(self._state(rule, SURFACE_BACKOFFICE, new).required)
        state = self._state(rule, SURFACE_PORTAL)
        self.assertTrue(state.locked)
        self.assertFalse(state.required)
        self.env["aftersales.field.condition"].create(
            {"rule_id": rule.id, "key": "impact", "value": "none"}
        )
        state = self._state(rule, SURFACE_INTAKE, new)
        self.assertTrue(state.hidden)
        self.assertFalse(state.required)
        with self.assertRefused(ValidationError, "Must Be Answered: Description"):
            rule.portal = "editable"

    def test_stage_asks_for_what_the_customer_edits(self):
        """He cannot empty what the stage asks for, nor change what it locks."""
        rule = self._rule(
            "phone",
            portal="editable",
            required_from_id=self.stage_progress.id,
            locked_from_id=self.stage_solved.id,
        )
        table = [
            (self.stage_new, False, False),
            (self.stage_progress, True, False),
            (self.stage_solved, False, True),
        ]
        for stage, required, locked in table:
            with self.subTest(stage=stage.name):
                state = self._state(rule, SURFACE_PORTAL, stage=stage)
                self.assertEqual((state.required, state.locked), (required, locked))

    def test_visible_from_stage(self):
        """Before its stage the customer sees nothing of the field; colleagues do."""
        rule = self._rule(
            "solution", portal="visible", visible_from_id=self.stage_solved.id
        )
        rejected = self.env.ref("aftersales_case.stage_rejected")
        table = [
            (self.stage_new, True),
            (self.stage_progress, True),
            (self.stage_solved, False),
            (rejected, False),
        ]
        for stage, hidden in table:
            with self.subTest(stage=stage.name):
                state = self._state(rule, SURFACE_PORTAL, stage=stage)
                self.assertEqual(state.hidden, hidden)
                state = self._state(rule, SURFACE_BACKOFFICE, stage=stage)
                self.assertFalse(state.hidden)
        # A stage that the type has no more opens nothing.
        links = self.type_complaint.link_ids
        links.filtered(lambda link: link.stage_id == self.stage_solved).unlink()
        self.assertTrue(self._state(rule, SURFACE_PORTAL, stage=rejected).hidden)
        with self.assertRefused(ValidationError, "is no stage of type"):
            rule.visible_from_id = self.stage_finished

    def test_form_of_a_rule(self):
        """What the customer is not asked, he need not answer."""
        rule = self._rule(
            "solution",
            portal="asked",
            portal_required=True,
            visible_from_id=self.stage_new.id,
        )
        with Form(self._as(self.manager, rule)) as form:
            form.portal = "visible"
            self.assertEqual(form.visible_from_id, self.stage_new)
        self.assertFalse(rule.portal_required)
        with Form(self._as(self.manager, rule)) as form:
            form.portal = "hidden"
        self.assertFalse(rule.visible_from_id)

    def test_shipped_types_keep_the_decision_until_it_is_made(self):
        """How a case ends and why it is refused, the customer reads when it is so."""
        for name in SHIPPED:
            case_type = self.env.ref(f"aftersales_case.type_{name}")
            case = self._new_case(type_id=case_type.id)
            for stage in case_type.link_ids.stage_id:
                states = case._get_field_states(SURFACE_PORTAL, {case: stage})[case]
                for key, shown in (
                    ("resolution_id", ("done", "rejected", "cancelled")),
                    ("rejection_reason_id", ("rejected", "cancelled")),
                ):
                    with self.subTest(type=name, stage=stage.name, key=key):
                        self.assertEqual(states[key].hidden, stage.state not in shown)

    def test_copied_type_without_the_stage(self):
        """The customer sees it from the like of a stage that is left out, or not at all."""
        rule = self._rule(
            "solution", portal="visible", visible_from_id=self.stage_solved.id
        )
        self.env["aftersales.type.stage"].create(
            {"type_id": self.type_complaint.id, "stage_id": self.stage_finished.id}
        )
        rule._show_customer_from([self.stage_new, self.stage_finished])
        self.assertEqual(rule.visible_from_id, self.stage_finished)
        rule._show_customer_from([self.stage_new])
        self.assertEqual((rule.portal, rule.visible_from_id.id), ("hidden", False))
