import base64
import copy
import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from .common import AftersalesCommon


class TestFieldConditions(AftersalesCommon):
    """Conditions on records: compared by id, read and written by name."""

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("nl_NL")
        self.type_complaint.field_rule_ids.unlink()
        self.type_complaint.properties_definition = [
            {
                "name": "carrier",
                "string": "Carrier",
                "type": "many2one",
                "comodel": "aftersales.tag",
            },
            {"name": "wet", "string": "Wet", "type": "boolean"},
            {"name": "count", "string": "Count", "type": "integer"},
        ]
        self.cause, self.other = self.env["aftersales.cause"].create(
            [{"name": "Damp, Water"}, {"name": "Other Cause"}]
        )
        self.cause.update_field_translations("name", {"nl_NL": "Vocht"})
        self.rule = self.env["aftersales.field.rule"].create(
            {
                "type_id": self.type_complaint.id,
                "key": "solution",
                "portal": "visible",
                "condition_ids": [
                    (0, 0, {"key": "cause_id", "value_shown": "damp, water"})
                ],
            }
        )
        self.condition = self.rule.condition_ids

    def _compare(self, key, value, operator="="):
        self.condition.write({"key": key, "operator": operator, "value_shown": value})

    def _is_hidden(self, case, lang="en_US"):
        case = case.with_context(lang=lang)
        return case._get_field_states("portal")[case]["solution"].hidden

    def test_reader_of_another_language(self):
        """A record is the same one in every language, and after it was renamed."""
        self.assertEqual(self.condition.value, str(self.cause.id))
        case = self._new_case(cause_id=self.cause.id)
        self.cause.name = "Moisture"
        for lang in ("en_US", "nl_NL"):
            self.assertFalse(self._is_hidden(case, lang), lang)
        self.assertEqual(self.condition.value_shown, "Moisture")
        dutch = self.condition.with_context(lang="nl_NL")
        self.assertEqual(dutch.value_shown, "Vocht")
        self.assertTrue(dutch.display_name.endswith("Vocht"))
        case.cause_id = self.other
        self.assertTrue(self._is_hidden(case))

    def test_name_that_is_the_id_of_another(self):
        """A record called like the number of another one is not that one."""
        self.other.name = str(self.cause.id)
        case = self._new_case(cause_id=self.other.id)
        self.assertTrue(self._is_hidden(case))

    def test_several_records(self):
        """One of several, whose names have commas; many records of one field, too."""
        self._compare("cause_id", "Other Cause, Damp, Water", "in")
        self.assertEqual(self.condition.value, f"{self.other.id},{self.cause.id}")
        for cause in (self.cause, self.other):
            self.assertFalse(self._is_hidden(self._new_case(cause_id=cause.id)))
        tags = self.env["aftersales.tag"].create([{"name": "A"}, {"name": "B"}])
        self._compare("tag_ids", "b")
        self.assertFalse(self._is_hidden(self._new_case(tag_ids=tags.ids)))
        self.assertTrue(self._is_hidden(self._new_case(tag_ids=tags[0].ids)))

    def test_record_of_an_own_field(self):
        """Own fields that choose a record are compared by id as well."""
        tags = self.env["aftersales.tag"].create([{"name": "A"}, {"name": "B"}])
        self._compare("properties.carrier", "B")
        self.assertEqual(self.condition.value, str(tags[1].id))
        for tag, hidden in ((tags[0], True), (tags[1], False)):
            case = self._new_case(properties={"carrier": tag.id})
            self.assertEqual(self._is_hidden(case), hidden)

    def test_while_typing(self):
        """The form judges by id before anything is saved."""
        with Form(self._as(self.agent)["aftersales.case"]) as form:
            form.type_id = self.type_complaint
            form.name = "Wet box"
            form.partner_id = self.customer
            form.cause_id = self.other
            self.assertTrue(form._get_modifier("solution", "invisible"))
            form.cause_id = self.cause
            self.assertFalse(form._get_modifier("solution", "invisible"))

    def test_unanswered_equals_nothing(self):
        """What nobody answered is neither No nor 0 nor empty text; answers are."""
        table = [
            ("properties.wet", "no", {"wet": False}),
            ("properties.count", "0", {"count": 0}),
        ]
        for key, value, answer in table:
            with self.subTest(key=key):
                self._compare(key, value)
                self.assertTrue(self._is_hidden(self._new_case()))
                case = self._new_case(properties=answer)
                self.assertFalse(self._is_hidden(case))
        self._compare("cost", "0")
        case = self._new_case()
        self.assertTrue(self._is_hidden(case))
        case.cost = 0
        self.assertIn("cost", case.answered or [])
        self.assertFalse(self._is_hidden(case))

    def test_names_nobody_knows(self):
        """A name without a record, or with several, and a foreign id are refused."""
        self.other.copy()
        self.other.copy()
        twice = self.env["aftersales.cause"].create(
            [{"name": "Twin"}, {"name": "Twin"}]
        )
        self.assertEqual(len(twice), 2)
        for text in ("Nobody", "Twin", "Damp", "Other Cause, Nobody"):
            with self.assertRefused(ValidationError, "Value: .* is no"):
                self._compare("cause_id", text)
        for text in ("Damp, Water", "0", f"{self.cause.id},99999999"):
            with self.assertRefused(ValidationError, "something that is not there"):
                self.condition.value = text

    def test_form_of_a_rule(self):
        """A manager reads and writes names; another field empties the value."""
        with Form(self._as(self.manager, self.rule)) as form:
            with form.condition_ids.edit(0) as line:
                self.assertEqual(line.value_shown, "Damp, Water")
                line.value_shown = "Other Cause"
        self.assertEqual(self.condition.value, str(self.other.id))
        with Form(self._as(self.manager, self.rule)) as form:
            with form.condition_ids.edit(0) as line:
                line.key = "impact"
                self.assertFalse(line.value_shown)
                line.value_shown = "3"
        self.assertEqual(self.condition.value, "3")

    def test_record_of_another_company(self):
        """Who may not read a record does not learn its name, and changes nothing of it."""
        company = self.env["res.company"].create({"name": "Far Away"})
        secret = self.env["res.partner"].create(
            {"name": "Secret Customer", "company_id": company.id}
        )
        self.condition.write({"key": "partner_id", "value": str(secret.id)})
        rule = self._as(self.manager, self.rule)
        self.assertEqual(rule.condition_ids.value_shown, f"#{secret.id}")
        self.assertNotIn("Secret", rule.condition_ids.display_name)
        rule.condition_ids.value_shown = f"#{secret.id}"
        self.assertEqual(self.condition.value, str(secret.id))
        with self.assertRefused(ValidationError, "is no"):
            rule.condition_ids.value_shown = "Secret Customer"
        with self.assertRaises(AccessError):
            self._as(self.manager, self.type_complaint)._export_package()

    def test_switched_off(self):
        """A rule that is switched off says nothing; its condition mends before it does."""
        case = self._new_case(cause_id=self.other.id)
        self.rule._switch_off(["Gone"])
        self.assertFalse(case._get_field_states("backoffice")[case])
        self.assertFalse(case._get_visible_fields("portal")[case])
        tested = case.with_context(active_test=False)
        self.assertFalse(tested._get_visible_fields("portal")[tested])
        self.assertIn("switched off", self.type_complaint.message_ids[:1].body)
        self.assertEqual(self.type_complaint.field_rule_ids, self.rule)
        self.condition.value = "Gone"
        with self.assertRefused(ValidationError, "something that is not there"):
            self.rule.active = True
        self.condition.value_shown = "Other Cause"
        self.rule.active = True
        self.assertFalse(self._is_hidden(case))

    # === In a package === #

    def _package(self):
        data = json.loads(json.dumps(self.type_complaint._export_package()))
        data["type"]["code"] = "FAR"
        return data

    def _import(self, data):
        wizard = self._as(self.manager)["aftersales.type.import"].create(
            {"file": base64.b64encode(json.dumps(data).encode())}
        )
        action = wizard.action_import()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_package_names_records(self):
        """A file names records by what they are called, and they are found again."""
        shipped = self.env.ref("aftersales_case.cause_damaged")
        category = self.env["aftersales.category"].create({"name": "Far"})
        child = category.create({"name": "Away", "parent_id": category.id})
        self._compare("cause_id", "Damp, Water")
        self.condition.copy(
            {"key": "category_id", "operator": "=", "value": str(child.id)}
        )
        self.condition.copy({"operator": "!=", "value": str(shipped.id)})
        data = self._package()
        rows = data["rules"][0]["conditions"]
        self.assertEqual(
            [row["records"] for row in rows],
            [
                [{"xmlid": None, "path": ["Damp, Water"]}],
                [{"xmlid": None, "path": ["Far", "Away"]}],
                [
                    {
                        "xmlid": "aftersales_case.cause_damaged",
                        "path": [shipped.with_context(lang=None).name],
                    }
                ],
            ],
        )
        made = self._import(data)
        self.assertEqual(
            made.field_rule_ids.condition_ids.mapped("value"),
            [str(self.cause.id), str(child.id), str(shipped.id)],
        )

    def test_file_of_version_1(self):
        """Files of the first version, which say none, have names; they are found too."""
        data = self._package()
        del data["version"]
        row = data["rules"][0]["conditions"][0]
        del row["records"]
        row["value"] = "Damp, Water"
        for name in ("help", "portal_required", "visible_from"):
            del data["rules"][0][name]
        made = self._import(data)
        condition = made.field_rule_ids.condition_ids
        self.assertEqual(condition.value, str(self.cause.id))

    def test_package_names_what_is_not_here(self):
        """What is not known here, or twice, is named, and nothing is imported."""
        good = self._package()
        self.env["aftersales.cause"].create([{"name": "Twin"}, {"name": "Twin"}])
        types = self.env["aftersales.case.type"]
        before = types.search_count([])
        for xmlid, path in (
            (None, ["Nowhere"]),
            (None, ["Twin"]),
            (None, []),
            ("base.main_company", ["Nowhere"]),
            ("no.such_record", ["Nowhere"]),
        ):
            data = copy.deepcopy(good)
            data["rules"][0]["conditions"][0]["records"] = [
                {"xmlid": xmlid, "path": path}
            ]
            with (
                self.subTest(xmlid=xmlid, path=path),
                self.assertRefused(UserError, "The rule of field solution compares"),
            ):
                self._import(data)
        self.assertEqual(types.search_count([]), before)
