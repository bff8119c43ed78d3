import base64
import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, TransactionCase, tagged

from odoo.addons.aftersales_case.engine import own_fields

from .common import AftersalesCommon, feature

DEFINITION = [
    {
        "name": "about",
        "string": "About",
        "type": "selection",
        "selection": [["price", "Price"], ["terms", "Terms"]],
        "view_in_cards": True,
    },
    {"name": "marks", "string": "Marks", "type": "tags", "tags": [["hot", "Hot", 1]]},
    {"name": "text", "string": "Text", "type": "char"},
]
LABELS = {
    "about": {"price": {"nl_NL": "Prijs"}, "terms": {"nl_NL": "Voorwaarden"}},
    "marks": {"hot": {"nl_NL": "Heet"}},
}
DUTCH = [["price", "Prijs"], ["terms", "Voorwaarden"]]


class TestOptionLabels(AftersalesCommon):
    """Options of own fields in the language of who reads them."""

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("nl_NL")
        self.type_complaint.field_rule_ids.unlink()
        self.type_complaint.properties_definition = DEFINITION
        self.type_complaint.option_labels = LABELS
        self.case = self._new_case(properties={"about": "price", "marks": ["hot"]})

    def _in_dutch(self, records, user=None):
        return self._as(user or self.agent, records).with_context(lang="nl_NL")

    def _get_source(self):
        return self.type_complaint.properties_definition[0]["selection"]

    def test_cards_name_what_they_show(self):
        """A card calls an own field as its type does, in the language of the reader."""
        rule = self.env["aftersales.field.rule"].create(
            {
                "type_id": self.type_complaint.id,
                "key": "properties.about",
                "label": "Subject",
            }
        )
        rule.with_context(lang="nl_NL").label = "Onderwerp"
        english = self._as(self.agent, self.case).own_labels
        self.assertEqual(english["properties.about"], "Subject")
        dutch = self._in_dutch(self.case).own_labels
        self.assertEqual(dutch["properties.about"], "Onderwerp")
        self.assertEqual(dutch["properties.text"], "Text")
        # Of what only some see, others do not even read the name.
        self.type_complaint.restricted_properties_definition = [
            {"name": "secret", "string": "Secret", "type": "char"}
        ]
        self.env.invalidate_all()
        labels = self._as(self.agent, self.case).own_labels
        self.assertIn("properties.text", labels)
        self.assertFalse([key for key in labels if "secret" in key])

    @feature("I2-10")
    def test_where_options_are_read(self):
        """Form, list, card, export, grouping and filters speak the reader's language."""
        case = self._in_dutch(self.case)
        for values in (
            case.read(["properties"])[0],
            case.web_read({"properties": {}})[0],
            case.web_search_read([("id", "=", case.id)], {"properties": {}})["records"][
                0
            ],
        ):
            about, marks, _text = values["properties"]
            self.assertEqual(about["selection"], DUTCH)
            self.assertEqual(about["value"], "price")
            self.assertEqual(marks["tags"], [["hot", "Heet", 1]])
        definition = case.get_property_definition("properties.about")
        self.assertEqual(definition["selection"], DUTCH)
        case_type = self._in_dutch(self.type_complaint)
        [values] = case_type.web_read({"properties_definition": {}})
        self.assertEqual(values["properties_definition"][0]["selection"], DUTCH)
        manager = self._in_dutch(self.case, self.manager)
        manager.env.user.group_ids += self.env.ref("base.group_allow_export")
        rows = manager.export_data(["properties.about"])["datas"]
        self.assertEqual(rows, [["Prijs"]])
        # Others read the source.
        [values] = self._as(self.agent, self.case).read(["properties"])
        self.assertEqual(
            values["properties"][0]["selection"],
            [["price", "Price"], ["terms", "Terms"]],
        )
        self.assertIn("Price, Terms", str(self.type_complaint.own_field_overview))
        self.assertIn("Prijs, Voorwaarden", str(case_type.own_field_overview))

    def test_definition_costs_no_more_than_core(self):
        """Whoever asks for one definition again reads translations that are kept."""
        case = self._in_dutch(self.case)
        model = case.browse()

        def ask():
            return model.get_property_definition("properties.about")["selection"]

        self.assertEqual(ask(), DUTCH)
        with self.assertQueryCount(1):
            ask()
        self.type_complaint.option_labels = {
            "about": LABELS["about"] | {"terms": {"nl_NL": "Condities"}}
        }
        self.assertEqual(ask(), [["price", "Prijs"], ["terms", "Condities"]])
        copy = self.type_complaint.copy({"code": "COP"})
        self.type_complaint.option_labels = False
        self.assertEqual(ask()[1], ["terms", "Condities"])
        copy.unlink()
        self.assertEqual(ask(), [["price", "Price"], ["terms", "Terms"]])

    def test_customer(self):
        """Who draws a form for the customer gets the options from the judge."""
        rule = self.env["aftersales.field.rule"].create(
            {
                "type_id": self.type_complaint.id,
                "key": "properties.about",
                "portal": "asked",
            }
        )
        for lang, labels in (
            ("nl_NL", ("Prijs", "Voorwaarden")),
            ("en_US", ("Price", "Terms")),
        ):
            case = self.case.with_context(lang=lang)
            state = case._get_field_states("intake")[case][rule.key]
            self.assertEqual(
                state.options, (("price", labels[0]), ("terms", labels[1]))
            )

    def test_new_option_is_known_at_once(self):
        """The judge remembers a type; what the type says now counts."""
        self.type_complaint.option_labels = False
        rule = self.env["aftersales.field.rule"].create(
            {"type_id": self.type_complaint.id, "key": "properties.about"}
        )

        def get_options():
            states = self.case._get_field_states("backoffice")[self.case]
            return [value for value, _label in states[rule.key].options]

        self.assertEqual(get_options(), ["price", "terms"])
        more = [*DEFINITION[0]["selection"], ["goods", "Goods"]]
        self.type_complaint.properties_definition = [
            DEFINITION[0] | {"selection": more},
            *DEFINITION[1:],
        ]
        self.assertEqual(get_options(), ["price", "terms", "goods"])

    def test_notes(self):
        """A changed answer is noted as people read it."""
        self._in_dutch(self.case).write({"properties": {"about": "terms"}})
        body = self.case.message_ids[:1].preview
        self.assertIn("About: Prijs → Voorwaarden", body)
        self.assertIn("Marks: Heet → —", body)

    def test_saving_in_another_language(self):
        """Saving a case, or its type's definition, in Dutch leaves the source as it is."""
        case = self._in_dutch(self.case, self.manager)
        with Form(case) as form:
            form.solution = "x"
        [values] = case.read(["properties"])
        rows = values["properties"]
        rows[0]["value"] = "terms"
        case.properties = rows
        self.assertEqual(self._get_source(), [["price", "Price"], ["terms", "Terms"]])
        # As the client does when a manager edits the definition on a case.
        rows = case.read(["properties"])[0]["properties"]
        rows[0]["selection"] = [["price", "Geld"], ["terms", "Voorwaarden"], ["x", "X"]]
        rows[0]["definition_changed"] = True
        case.properties = rows
        self.assertEqual(
            self._get_source(), [["price", "Price"], ["terms", "Terms"], ["x", "X"]]
        )
        labels = self.type_complaint.option_labels
        self.assertEqual(labels["about"]["price"], {"nl_NL": "Geld"})
        self.assertEqual(labels["marks"], LABELS["marks"])
        self.assertEqual(case._get_raw_properties()["about"], "terms")
        # In the language of the source it is the source that changes.
        self.type_complaint.properties_definition = [
            DEFINITION[0] | {"selection": [["price", "Cost"]]}
        ]
        self.assertEqual(self._get_source(), [["price", "Cost"]])
        self.assertEqual(
            self.type_complaint.option_labels,
            {"about": {"price": {"nl_NL": "Geld"}}},
        )

    @feature("I2-10")
    def test_manager_translates(self):
        """The manager fills in one line for each option and language."""
        case_type = self._as(self.manager, self.type_complaint)
        action = case_type.action_translate_options()
        wizard = case_type.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(
            wizard.line_ids.filtered(lambda line: line.lang == "nl_NL").mapped(
                lambda line: (line.field_label, line.source, line.text)
            ),
            [
                ("About", "Price", "Prijs"),
                ("About", "Terms", "Voorwaarden"),
                ("Marks", "Hot", "Heet"),
            ],
        )
        # A language that is not installed any more loses nothing.
        self.type_complaint.option_labels = {
            "about": LABELS["about"] | {"price": {"nl_NL": "Prijs", "xx_XX": "?"}}
        }
        with Form(wizard) as form:
            for number, line in enumerate(wizard.line_ids):
                with form.line_ids.edit(number) as row:
                    if line.lang == "nl_NL":
                        row.text = {"Price": "Bedrag", "Terms": " "}.get(line.source)
        wizard.action_save()
        self.assertEqual(
            self.type_complaint.option_labels,
            {"about": {"price": {"nl_NL": "Bedrag", "xx_XX": "?"}}},
        )
        with self.assertRaises(AccessError):
            self._as(self.agent, self.type_complaint).action_translate_options()
        self.type_complaint.properties_definition = DEFINITION[2:]
        with self.assertRefused(UserError, "No own field of this type has options"):
            case_type.action_translate_options()

    def test_form_of_the_labels(self):
        """What is no text for an option in a language is refused."""
        for labels in ([1], {"about": []}, {"about": {"price": "x"}}):
            with self.subTest(labels=labels), self.assertRefused(ValidationError, "Tr"):
                self.type_complaint.option_labels = labels
        with self.assertRefused(ValidationError, "Translated Options"):
            self.type_complaint.option_labels = {"about": {"price": {"nl_NL": 1}}}

    @feature("N-14")
    def test_package(self):
        """Translations travel with the type, and what is no text is refused."""
        data = json.loads(json.dumps(self.type_complaint._export_package()))
        self.assertEqual(data["own_fields"][0]["option_labels"], LABELS["about"])
        self.assertNotIn("option_labels", data["own_fields"][2])
        data["type"]["code"] = "FAR"

        def take():
            wizard = self._as(self.manager)["aftersales.type.import"].create(
                {"file": base64.b64encode(json.dumps(data).encode())}
            )
            action = wizard.action_import()
            return self.env[action["res_model"]].browse(action["res_id"])

        made = take()
        self.assertEqual(made.option_labels, LABELS)
        self.assertEqual(made.copy().option_labels, LABELS)
        for labels in ([], {"price": "x"}, {"price": {"../x": "y"}}):
            data["own_fields"][0]["option_labels"] = labels
            with self.subTest(labels=labels), self.assertRefused(UserError, "option_"):
                take()

    def test_shipped_types(self):
        """Every option of a shipped type has its Dutch, German and Polish."""
        types = self.env["aftersales.case.type"].search([])
        shipped = types.filtered(
            lambda t: (t.get_external_id()[t.id] or "").startswith("aftersales_case.")
        )
        self.assertGreater(len(shipped), 10)
        for case_type in shipped:
            for item in case_type.properties_definition:
                for key, *_label in own_fields.get_choices(item):
                    texts = case_type.option_labels[item["name"]][key]
                    with self.subTest(type=case_type.code, option=key):
                        self.assertEqual(set(texts), {"nl_NL", "de_DE", "pl_PL"})
        # What users changed stays at an update.
        dispute = self.env.ref("aftersales_case.type_dispute")
        dispute.option_labels = {"dispute_about": {"price": {"nl_NL": "Eigen"}}}
        dispute._add_option_labels(
            {
                "aftersales_case.type_dispute": {
                    "dispute_about": {"price": {"nl_NL": "Prijs", "de_DE": "Preis"}}
                },
                "aftersales_case.type_gone": {},
            }
        )
        self.assertEqual(
            dispute.option_labels,
            {"dispute_about": {"price": {"nl_NL": "Eigen", "de_DE": "Preis"}}},
        )


@tagged("post_install", "-at_install")
class TestOptionLabelsEngine(TransactionCase):
    def test_variants(self):
        """Dutch of Belgium reads Dutch, unless it has words of its own."""
        texts = {"nl_NL": "Prijs", "de_DE": "Preis", "nl_BE": "Kost"}
        table = [
            ("nl_NL", "Prijs"),
            ("nl_BE", "Kost"),
            ("de_AT", "Preis"),
            ("pl_PL", None),
            (None, None),
        ]
        for language, expected in table:
            self.assertEqual(own_fields.get_text(texts, language), expected)
        self.assertIsNone(own_fields.get_text(None, "nl_NL"))
