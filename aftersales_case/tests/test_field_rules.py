from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase, tagged

from odoo.addons.aftersales_case.engine import conditions

from .common import AftersalesCommon, feature


class TestFieldRules(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.type_complaint | cls.type_service).field_rule_ids.unlink()
        cls.type_complaint.properties_definition = [
            {"name": "slip", "string": "Slip Number", "type": "char"},
            {"name": "count", "string": "How Many", "type": "integer"},
            {
                "name": "wet",
                "string": "Wet",
                "type": "selection",
                "selection": [["yes", "Yes"], ["no", "No"]],
            },
        ]

    def _rule(self, key, case_type=None, **vals):
        case_type = case_type or self.type_complaint
        return self.env["aftersales.field.rule"].create(
            {"type_id": case_type.id, "key": key} | vals
        )

    @feature("I2-04", "I2-25")
    def test_one_form_two_types(self):
        """The same form shows other fields on a complaint than on a service order."""
        self._rule("supplier_id", hidden=True)
        self._rule("cause_id", self.type_service, hidden=True)
        self._rule("cost", self.type_service, label="Price of the Repair")
        form = Form(self._as(self.agent)["aftersales.case"])
        form.type_id = self.type_complaint
        self.assertTrue(form._get_modifier("supplier_id", "invisible"))
        self.assertFalse(form._get_modifier("cause_id", "invisible"))
        form.type_id = self.type_service
        self.assertFalse(form._get_modifier("supplier_id", "invisible"))
        self.assertTrue(form._get_modifier("cause_id", "invisible"))
        self.assertEqual(form.rule_labels, {"cost": "Price of the Repair"})

    def test_optional_fields(self):
        """A field of few types is seen where a rule of the type shows it, only there."""
        self.patch(
            type(self.env["aftersales.case"]),
            "_get_optional_fields",
            lambda _cases: {"supplier_id"},
        )
        rule = self._rule("supplier_id")
        form = Form(self._as(self.agent)["aftersales.case"])
        form.type_id = self.type_complaint
        self.assertFalse(form._get_modifier("supplier_id", "invisible"))
        form.type_id = self.type_service
        self.assertTrue(form._get_modifier("supplier_id", "invisible"))
        rule.active = False
        form.type_id = self.type_complaint
        self.assertTrue(form._get_modifier("supplier_id", "invisible"))

    def test_explained_as_the_type_says(self):
        """The form gets what the rules explain, of own fields as well."""
        self._rule("cost", help="Without tax.")
        self._rule("properties.count", help="Broken ones only.")
        self._rule("supplier_id")
        case = self._new_case()
        self.assertEqual(
            self._as(self.agent, case).rule_helps,
            {"cost": "Without tax.", "properties.count": "Broken ones only."},
        )

    @feature("I2-10", "B4-22")
    def test_own_fields_and_only_what_is_needed(self):
        """A type's own field is asked only when the condition of its rule holds."""
        rule = self._rule("properties.count", required_from_id=self.stage_progress.id)
        self.env["aftersales.field.condition"].create(
            {"rule_id": rule.id, "key": "properties.wet", "value": "yes"}
        )
        case = self._new_case(properties={"wet": "no"})
        # Beside what siblings hide where no rule shows it.
        optional = sorted(case._get_optional_fields())
        self.assertEqual(case.rule_hidden, ["properties.count", *optional])
        self.assertFalse(case._missing_for(self.stage_progress)[case])
        case.properties = {"wet": "yes"}
        self.assertEqual(case.rule_hidden, optional)
        labels = [m.label for m in case._missing_for(self.stage_progress)[case]]
        self.assertEqual(labels, ["How Many"])
        # Zero was answered, so it is not missing.
        case.properties = {"wet": "yes", "count": 0}
        self.assertFalse(case._missing_for(self.stage_progress)[case])

    def test_condition_while_typing(self):
        """A condition on a standard field works before the case is saved."""
        rule = self._rule("supplier_id")
        self.env["aftersales.field.condition"].create(
            {"rule_id": rule.id, "key": "impact", "operator": "in", "value": "2, 3"}
        )
        form = Form(self._as(self.agent)["aftersales.case"])
        form.type_id = self.type_complaint
        form.impact = "3"
        self.assertFalse(form._get_modifier("supplier_id", "invisible"))
        form.impact = "1"
        self.assertTrue(form._get_modifier("supplier_id", "invisible"))

    def test_required_follows_the_saved_stage(self):
        """Required in the form once the case stands there; the move is the gate's."""
        self._rule("cause_id", required_from_id=self.stage_progress.id)
        case = self._complete(self._new_case(user_id=self.agent.id))
        self.assertFalse(case.rule_required)
        case.stage_id = self.stage_progress
        self.assertEqual(case.rule_required, ["cause_id"])
        with self.assertRaisesRegex(AssertionError, "cause_id is a required"):
            with Form(self._as(self.agent, case)) as form:
                form.cause_id = self.env["aftersales.cause"]

    def test_locked_is_enforced(self):
        """A locked field cannot be changed by anybody, a property neither."""
        self._rule("cost", locked_from_id=self.stage_progress.id)
        self._rule("properties.slip", locked_from_id=self.stage_progress.id)
        case = self._new_case(properties={"slip": "B-1", "count": 2}, cost=10)
        case.write({"user_id": self.manager.id, "stage_id": self.stage_progress.id})
        case.user_id = self.manager
        as_manager = self._as(self.manager, case)
        with self.assertRefused(AccessError, "Costs cannot be changed"):
            as_manager.cost = 12
        with self.assertRefused(AccessError, "Slip Number cannot be changed"):
            as_manager.properties = {"slip": "B-2", "count": 2}
        as_manager.properties = {"slip": "B-1", "count": 3}
        self.assertEqual(case.properties["count"], 3)
        self.assertEqual(case.cost, 10)

    def test_change_of_own_field_is_noted(self):
        """Core notes no change of a single property; we do, with both values."""
        case = self._new_case(properties={"slip": "B-1"})
        case.properties = {"slip": "B-2"}
        self.assertIn("Slip Number: B-1 → B-2", case.message_ids[:1].preview)

    def test_rule_needs_a_field_of_its_type(self):
        """A rule for a property the type does not have is refused by name."""
        with self.assertRefused(ValidationError, "is no field of type"):
            self._rule("properties.slip", self.type_service)
        with self.assertRefused(ValidationError, "is no stage of type"):
            self._rule("cost", required_from_id=self.stage_finished.id)


@tagged("post_install", "-at_install")
class TestConditionsEngine(TransactionCase):
    def test_table(self):
        """Comparisons of plain values, as the user writes them."""
        table = [
            ("=", "yes", "yes", True),
            ("=", "Yes", "yes", True),
            ("=", 3, "3", True),
            ("=", 3.0, "3", True),
            ("=", True, "yes", True),
            ("=", False, "no", True),
            ("=", None, "no", False),
            ("=", None, "0", False),
            ("=", None, "false", False),
            ("=", "", "no", False),
            ("=", [], "no", False),
            ("in", None, "no, 0", False),
            ("!=", None, "no", True),
            ("not in", None, "no", True),
            ("=", [7, 9], "9", True),
            ("=", [7, 9], "97", False),
            ("!=", "b", "a", True),
            ("in", "b", "a, b", True),
            ("in", ["x", "b"], "a, b", True),
            ("not in", ["x"], "a, b", True),
            ("set", 0, "", True),
            ("set", False, "", True),
            ("set", "", "", False),
            ("set", [], "", False),
            ("set", None, "", False),
            ("not set", None, "", True),
            ("=", 3, "three", False),
        ]
        for operator, value, text, expected in table:
            with self.subTest(operator=operator, value=value, text=text):
                wanted = conditions.parse(text)
                self.assertEqual(conditions.holds(operator, value, wanted), expected)
        with self.assertRaises(ValueError):
            conditions.holds("like", 1, ["1"])
