from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, tagged

from odoo.addons.aftersales_case.engine import own_fields

from .common import AftersalesCommon, feature


class TestOwnFields(AftersalesCommon):
    def _open(self):
        action = self._as(self.manager, self.type_complaint).action_edit_own_fields()
        return Form(
            self._as(self.manager)[action["res_model"]].browse(action["res_id"])
        )

    def _add(self, form, name, kind, **vals):
        with form.line_ids.new() as line:
            line.name = name
            line.kind = kind
            for key, value in vals.items():
                line[key] = value

    def _set_up(self):
        form = self._open()
        self._add(form, "Machine Number", "char", on_card=True)
        self._add(form, "Reason", "selection", options="Wet, Broken")
        self._add(form, "Repaired Before", "yes_no")
        form.save().action_save()

    @feature("I2-10")
    def test_manager_adds_own_fields(self):
        """A manager writes own fields down in a list; the form of a case has them."""
        self._set_up()
        definition = self.type_complaint.properties_definition
        self.assertEqual(
            [(item["name"], item["type"]) for item in definition],
            [
                ("machine_number", "char"),
                ("reason", "selection"),
                ("repaired_before", "selection"),
            ],
        )
        self.assertTrue(definition[0]["view_in_cards"])
        self.assertEqual(
            definition[1]["selection"], [["wet", "Wet"], ["broken", "Broken"]]
        )
        case = self._new_case(
            properties={"machine_number": "A1", "repaired_before": "no"}
        )
        self.assertEqual(case.properties["machine_number"], "A1")
        overview = str(self.type_complaint.own_field_overview)
        self.assertIn("Machine Number", overview)
        self.assertIn("Wet, Broken", overview)

    @feature("I2-10")
    def test_renaming_keeps_the_answers(self):
        """Another name, order or option loses no answer."""
        self._set_up()
        case = self._new_case(properties={"machine_number": "A1", "reason": "wet"})
        form = self._open()
        with form.line_ids.edit(0) as line:
            line.name = "Number of the Machine"
        with form.line_ids.edit(1) as line:
            line.options = "Dry, Wet"
        form.save().action_save()
        self.assertEqual(
            case._get_raw_properties(), {"machine_number": "A1", "reason": "wet"}
        )
        reason = self.type_complaint.properties_definition[1]
        self.assertEqual(reason["selection"], [["dry", "Dry"], ["wet", "Wet"]])

    def test_label_of_the_rule_follows(self):
        """The list shows the names of the rules, and renaming there renames these."""
        self._set_up()
        rules = self.env["aftersales.field.rule"].create(
            [
                {
                    "type_id": self.type_complaint.id,
                    "key": "properties.machine_number",
                    "label": "Machine Number",
                },
                {
                    "type_id": self.type_complaint.id,
                    "key": "properties.reason",
                    "label": "Why",
                },
            ]
        )
        form = self._open()
        for number in (0, 1):
            with form.line_ids.edit(number) as line:
                self.assertEqual(line.name, rules[number].label)
                line.name = f"Renamed {number}"
        form.save().action_save()
        self.assertEqual(rules.mapped("label"), ["Renamed 0", "Renamed 1"])
        # On a case, the name of the definition is changed: a rule's own label stays.
        definition = self.type_complaint.properties_definition
        definition[0]["string"], definition[1]["string"] = "Number", "Motive"
        rules[1].label = "Why"
        self.type_complaint.properties_definition = definition
        self.assertEqual(rules.mapped("label"), ["Number", "Why"])

    def test_renaming_in_another_language(self):
        """A manager sees and changes the names in his language, and only there."""
        self.env["res.lang"]._activate_lang("nl_NL")
        self._set_up()
        rule = self.env["aftersales.field.rule"].create(
            {
                "type_id": self.type_complaint.id,
                "key": "properties.machine_number",
                "label": "Machine Number",
            }
        )
        rule.with_context(lang="nl_NL").label = "Machinenummer"
        self.manager.lang = "nl_NL"
        case_type = self._as(self.manager, self.type_complaint)
        case_type = case_type.with_context(lang="nl_NL")
        for name, source in ((None, "Machine Number"), ("Nummer", "Nummer")):
            action = case_type.action_edit_own_fields()
            wizard = case_type.env[action["res_model"]].browse(action["res_id"])
            with Form(wizard) as form, form.line_ids.edit(0) as line:
                self.assertEqual(line.name, "Machinenummer")
                line.name = name or line.name
            wizard.action_save()
            definition = self.type_complaint.properties_definition[0]
            self.assertEqual(definition["string"], source)
        self.assertEqual(rule.with_context(lang="nl_NL").label, "Nummer")
        self.assertEqual(rule.with_context(lang="en_US").label, "Machine Number")

    def test_removed_field_takes_its_rules_along(self):
        """A field that is gone is asked by no gate; one in a condition must stay."""
        self._set_up()
        link = self.type_complaint.link_ids.sorted()[1]
        requirement = self.env["aftersales.stage.requirement"].create(
            {"link_id": link.id, "kind": "field", "key": "properties.machine_number"}
        )
        rule = self.env["aftersales.field.rule"].create(
            {"type_id": self.type_complaint.id, "key": "properties.machine_number"}
        )
        self.env["aftersales.field.rule"].create(
            {
                "type_id": self.type_complaint.id,
                "key": "supplier_id",
                "condition_ids": [(0, 0, {"key": "properties.reason", "value": "wet"})],
            }
        )
        form = self._open()
        form.line_ids.remove(0)
        form.save().action_save()
        self.assertFalse(requirement.exists())
        self.assertFalse(rule.exists())
        form = self._open()
        form.line_ids.remove(0)
        with self.assertRefused(UserError, "Reason cannot be removed.*Supplier"):
            form.save().action_save()

    def test_same_question_same_name(self):
        """A question that another type asks already gets the same technical name."""
        self._set_up()
        self.type_service.properties_definition = [
            {"name": "sn", "string": "Device Number", "type": "char"}
        ]
        form = self._open()
        self._add(form, "device number", "char")
        form.save().action_save()
        names = [i["name"] for i in self.type_complaint.properties_definition]
        self.assertEqual(names[-1], "sn")

    def test_choice_needs_options(self):
        """A choice of nothing is refused, by the name of the field."""
        form = self._open()
        self._add(form, "Colour", "selection", options=" , ")
        with self.assertRefused(UserError, "Colour: write down what can be chosen"):
            form.save().action_save()

    def test_agents_change_no_fields(self):
        """Fields belong to the type, so only a manager changes them."""
        with self.assertRaises(AccessError):
            self._as(self.agent, self.type_complaint).action_edit_own_fields()

    @feature("I2-10")
    def test_try_it(self):
        """A button opens an example case of the type."""
        action = self._as(self.manager, self.type_complaint).action_try()
        Case = self._as(self.manager)[action["res_model"]]
        form = Form(Case.with_context(**action["context"]))
        self.assertEqual(form.type_id, self.type_complaint)
        self.assertEqual(form.save().name, "Example")


@tagged("post_install", "-at_install")
class TestOwnFieldsEngine(TransactionCase):
    def test_slugs(self):
        """Technical names are plain, unique, and never mean something to Odoo."""
        table = {
            "Serial Number": "serial_number",
            "Größe (cm)": "grosse_cm",
            "Żółć": "zolc",
            "3D file": "field_3d_file",
            "漢字": "field",
            "Body html": "body",
            "": "field",
        }
        for text, expected in table.items():
            with self.subTest(text=text):
                self.assertEqual(own_fields.slug(text), expected)
        self.assertEqual(own_fields.slug("A", {"a", "a_2"}), "a_3")

    def test_kind_and_back(self):
        """What a row builds is read as the same row again."""
        for kind, _label in own_fields.KINDS:
            if kind == own_fields.OTHER:
                continue
            built = own_fields.build("Name", kind, "A, B")
            with self.subTest(kind=kind):
                self.assertEqual(own_fields.get_kind(built), kind)
                self.assertEqual(
                    own_fields.build("Name", kind, "A, B", old=built), built
                )

    def test_another_kind_is_another_field(self):
        """Answers of another kind cannot be read, so the technical name changes."""
        old = own_fields.build("Count", own_fields.TEXT)
        new = own_fields.build("Count", own_fields.WHOLE, old=old, taken={"count"})
        self.assertEqual((new["type"], new["name"]), ("integer", "count_2"))

    def test_special_fields_stay_as_they_are(self):
        """A kind that a row cannot express keeps its whole definition."""
        old = {"name": "x", "string": "X", "type": "many2one", "comodel": "res.partner"}
        self.assertEqual(own_fields.get_kind(old), own_fields.OTHER)
        new = own_fields.build("Y", own_fields.OTHER, old=old)
        self.assertEqual(new, old | {"string": "Y"})
