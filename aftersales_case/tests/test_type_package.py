import base64
import copy
import json

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.engine import package

from .common import AftersalesCommon, feature

SNAPSHOT = (
    "aftersales.case.type",
    "aftersales.case.stage",
    "aftersales.type.stage",
    "aftersales.stage.requirement",
    "aftersales.field.rule",
    "aftersales.field.condition",
    "aftersales.attachment.kind",
    "aftersales.category",
    "aftersales.cause",
    "aftersales.resolution",
    "mail.template",
    "mail.activity.plan",
    "ir.ui.menu",
)


class TestTypePackage(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls.env.ref("aftersales_case.type_warranty").copy(
            {"name": "Guarantee", "code": "GUA", "company_id": cls.company.id}
        )
        cls.editor = new_test_user(
            cls.env,
            "as_editor",
            groups="aftersales_case.group_aftersales_manager,"
            "mail.group_mail_template_editor",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def _wizard(self, content, user=None, **vals):
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        return self._as(user or self.manager)["aftersales.type.import"].create(
            {"file": base64.b64encode(content), "filename": "type.json"} | vals
        )

    def _import(self, content, user=None, **vals):
        action = self._wizard(content, user, **vals).action_import()
        return self.env[action["res_model"]].browse(action["res_id"])

    def _package(self, case_type=None):
        # By way of JSON, as in a file.
        return json.loads(json.dumps((case_type or self.source)._export_package()))

    def _counts(self):
        return {
            model: self.env[model].with_context(active_test=False).search_count([])
            for model in SNAPSHOT
        }

    def _get_content(self, case_type):
        """Return the package of a type without what may differ in a second one."""
        data = self._package(case_type)
        del data["type"]["code"]
        return data

    @feature("N-14")
    def test_download(self):
        """The export is one file that the manager who made it can fetch."""
        action = self._as(self.manager, self.source).action_export_package()
        export = self.env["aftersales.type.export"].search([], order="id desc", limit=1)
        self.assertIn(f"/{export.id}/file/case-type-gua.json", action["url"])
        data = json.loads(base64.b64decode(export.file))
        self.assertEqual(data["type"]["name"]["en_US"], "Guarantee")
        with self.assertRaises(AccessError):
            self._as(self.agent, self.source).action_export_package()

    @feature("N-14")
    def test_round_trip_to_a_second_type(self):
        """A package becomes a second type with the same content and a code of its own."""
        second = self._import(self._package())
        self.assertNotEqual(second, self.source)
        self.assertEqual(second.code, "GUA2")
        self.assertEqual(self._get_content(second), self._get_content(self.source))
        self.assertEqual(second.link_ids.stage_id, self.source.link_ids.stage_id)
        case = self._new_case(type_id=second.id)
        self.assertEqual(case.state, "new")
        self.assertRegex(case.number, r"^GUA2/")
        self.assertIn(
            "1 × Proof of Purchase",
            [m.label for m in case._missing_for(self.stage_assigned)[case]],
        )

    @feature("N-14")
    def test_round_trip_to_a_fresh_state(self):
        """Where nothing of it is known, all of it is made: stages, kinds, lists, texts."""
        for path in ("stages", "attachment_kinds"):
            self.assertTrue(self._package()[path])
        text = json.dumps(self._package())
        for stage in self.source.link_ids.stage_id:
            text = text.replace(json.dumps(stage.name), json.dumps(f"Far {stage.name}"))
        data = json.loads(text.replace("Proof of Purchase", "Far Proof"))
        data["type"]["code"] = "FAR"
        data["causes"] = [{"name": {"en_US": "Far Cause"}, "code": "FAR-1"}]
        data["resolutions"] = [
            {"name": {"en_US": "Far Reason"}, "code": "FAR-2", "outcome": "rejected"}
        ]
        data["categories"] = [{"path": ["Far", "Away"]}]
        data["templates"][0]["name"] = {"en_US": "Far Template"}
        data["plan"]["name"] = "Far Plan"
        made = self._import(data, self.editor)
        self.assertEqual(made.code, "FAR")
        self.assertTrue(
            all(n.startswith("Far ") for n in made.link_ids.mapped("stage_id.name"))
        )
        cause = self.env["aftersales.cause"].search([("code", "=", "FAR-1")])
        self.assertEqual(cause.type_ids, made)
        category = self.env["aftersales.category"].search([("name", "=", "Away")])
        self.assertEqual(category.complete_name, "Far / Away")
        self.assertEqual(category.type_ids, made)
        template = self.env["mail.template"].search([("name", "=", "Far Template")])
        self.assertEqual(len(template), 1)
        self.assertEqual(made.activity_plan_id.name, "Far Plan")
        again = self._get_content(made)
        self.assertEqual(again["stages"], data["stages"])
        self.assertEqual(again["own_fields"], data["own_fields"])
        self.assertEqual(again["rules"], data["rules"])

    @feature("N-14")
    def test_twice_is_once(self):
        """Importing the same file over the known type again changes nothing."""
        data = self._package()
        first = self._import(data, mode="update")
        self.assertEqual(first, self.source)
        counts = self._counts()
        content = self._get_content(first)
        second = self._import(data, mode="update")
        self.assertEqual(second, self.source)
        self.assertEqual(self._counts(), counts)
        self.assertEqual(self._get_content(second), content)

    def test_known_type_becomes_the_one_of_the_file(self):
        """Stages, fields and rules that the file does not have are taken away."""
        data = self._package()
        number = next(
            n
            for n, s in enumerate(data["stages"])
            if s["name"]["en_US"] == "To Be Settled"
        )
        self.source.properties_definition = [
            *self.source.properties_definition,
            {"name": "extra", "string": "Extra", "type": "char"},
        ]
        self.source.link_ids.create(
            {"type_id": self.source.id, "stage_id": self.stage_progress.id}
        )
        case = self._new_case(type_id=self.source.id)
        result = self._import(data, mode="update")
        self.assertNotIn(self.stage_progress, result.link_ids.stage_id)
        names = [item["name"] for item in result.properties_definition]
        self.assertNotIn("extra", names)
        # A stage in which cases stand cannot go.
        del data["stages"][number]
        settle = self.env.ref("aftersales_case.stage_settle")
        self.env.cr.execute(
            "UPDATE aftersales_case SET stage_id = %s WHERE id = %s",
            (settle.id, case.id),
        )
        for rule in data["rules"]:
            for field in ("required_from", "locked_from"):
                if rule[field] is not None and rule[field] >= number:
                    rule[field] -= 1
        for stage in data["stages"]:
            stage["link"].update(next=[], reply=None)
        with self.assertRefused(UserError, "To Be Settled is not in the file, but 1"):
            self._import(data, mode="update")

    @feature("N-14")
    def test_translations_come_along(self):
        """Texts arrive in every language that is installed here; others are left."""
        self.env["res.lang"]._activate_lang("nl_NL")
        data = self._package()
        data["type"]["code"] = "TRA"
        data["type"]["name"] = {"en_US": "Guarantee", "nl_NL": "Garantie", "xx_XX": "?"}
        made = self._import(data)
        self.assertEqual(made.with_context(lang="nl_NL").name, "Garantie")
        self.assertEqual(made.with_context(lang="en_US").name, "Guarantee")

    @feature("N-14")
    def test_text_of_templates_is_for_editors(self):
        """A manager who may not edit templates takes over none of their text."""
        data = self._package()
        data["type"]["code"] = "TPL"
        row = data["templates"][data["type"]["received_template"]]
        row["body"] = {"en_US": "<p t-out=\"object.env['res.users'].search([])\"/>"}
        before = self.env["mail.template"].search_count([])
        made = self._import(data, self.manager)
        self.assertEqual(self.env["mail.template"].search_count([]), before)
        self.assertEqual(
            made.received_template_id, self.env.ref("aftersales_case.template_received")
        )
        self.assertIn("only editors of templates", made.message_ids[:1].body)
        row["name"] = {"en_US": "Unheard of"}
        made = self._import(data, self.manager)
        self.assertFalse(made.received_template_id)
        made = self._import(data, self.editor)
        self.assertEqual(made.received_template_id.name, "Unheard of")
        count = self.env["mail.template"].search_count([])
        self._import(data, self.editor)
        self.assertEqual(self.env["mail.template"].search_count([]), count)

    def test_refused_in_the_language_of_the_user(self):
        """The texts of the type are the file's, what is said of it is the user's."""
        self.env["res.lang"]._activate_lang("nl_NL")
        self.manager.lang = "nl_NL"
        data = self._package()
        data["type"]["code"] = "GU2"
        data["rules"][0]["key"] = "properties.unknown"
        wizard = self._wizard(data).with_context(lang="nl_NL")
        with self.assertRefused(UserError, "Het bestand heeft een regel voor veld"):
            wizard.action_import()

    def test_signatures_come_along(self):
        """A stage that asks for a signature asks for the same one elsewhere."""
        link = self.source.link_ids.sorted()[1]
        link.requirement_ids = [
            (0, 0, {"kind": "signature", "signature_purpose": "protocol"})
        ]
        data = self._package()
        data["type"]["code"] = "SIG"
        made = self._import(data)
        purposes = made.link_ids.requirement_ids.mapped("signature_purpose")
        self.assertIn("protocol", purposes)

    def test_limits_come_along(self):
        """What a type promises and when it is signalled is the same elsewhere."""
        limits = {"max_days_open": 7, "max_changes": 0, "changes_days": 30}
        self.source.write(limits | {"is_deadline_promised": True})
        self.source.link_ids.sorted()[1].max_hours = 2.5
        data = self._package()
        data["type"]["code"] = "LIM"
        made = self._import(data)
        self.assertTrue(made.is_deadline_promised)
        self.assertEqual({name: made[name] for name in limits}, limits)
        self.assertEqual(made.link_ids.sorted()[1].max_hours, 2.5)
        # A file of an earlier version says nothing of them.
        for name in [*limits, "is_deadline_promised"]:
            del data["type"][name]
        for stage in data["stages"]:
            del stage["link"]["max_hours"]
        self._import(data, mode="update")
        self.assertTrue(made.is_deadline_promised)
        self.assertEqual(made.max_days_open, 7)
        self.assertEqual(made.link_ids.sorted()[1].max_hours, 2.5)
        data["type"]["code"] = "LIN"
        other = self._import(data)
        self.assertFalse(other.is_deadline_promised)
        self.assertEqual((other.max_days_open, other.max_changes), (20, 4))

    def test_nothing_is_forgotten(self):
        """What is set of a type goes into its file, or is known to stay at home."""
        known = {
            "aftersales.case.type": [
                *self._package()["type"],
                *("field_rule_ids", "link_ids", "option_labels", "activity_plan_id"),
                *("properties_definition", "restricted_properties_definition"),
                "received_template_id",
                # Stay at home.
                *("active", "company_id", "has_menu", "menu_id", "sequence"),
                *("sequence_id", "team_id", "user_id"),
            ],
            "aftersales.type.stage": [
                *self._package()["stages"][0]["link"],
                *("group_ids", "mail_template_id", "next_ids", "reply_stage_id"),
                *("requirement_ids", "sequence", "stage_id", "type_id"),
                *("team_id", "user_id"),
            ],
            "aftersales.field.rule": [
                *self._package()["rules"][0],
                *("active", "condition_ids", "locked_from_id", "required_from_id"),
                *("sequence", "type_id", "visible_from_id"),
            ],
        }
        for model, names in known.items():
            own = {
                name
                for name, field in self.env[model]._fields.items()
                if field._modules == ("aftersales_case",)
                and field.store
                and name not in models.MAGIC_COLUMNS
            }
            self.assertEqual(own - set(names), set(), model)

    def test_people_stay_at_home(self):
        """Persons, teams and addresses are not in the file."""
        link = self.source.link_ids.sorted()[1]
        link.write({"assignment": "user", "user_id": self.agent.id})
        self.source.write({"user_id": self.leader.id, "team_id": self.team.id})
        self.source.activity_plan_id = self.env["mail.activity.plan"].create(
            {
                "name": "Personal",
                "res_model": "aftersales.case",
                "template_ids": [
                    (
                        0,
                        0,
                        {"responsible_type": "other", "responsible_id": self.agent.id},
                    )
                ],
            }
        )
        text = json.dumps(self._package() | {"templates": []})
        for word in (self.agent.name, self.leader.name, self.team.name, "user_id"):
            self.assertNotIn(word, text)
        self.assertIn("case_responsible", text)

    @feature("N-14")
    @mute_logger("odoo.sql_db")
    def test_bad_files_change_nothing(self):
        """Each bad, foreign or newer file is refused by name, and nothing is left."""
        good = self._package()
        good["type"]["code"] = "BAD"

        def changed(*path, value):
            data = copy.deepcopy(good)
            place = data
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            return data

        def without(*path):
            data = copy.deepcopy(good)
            place = data
            for key in path[:-1]:
                place = place[key]
            del place[path[-1]]
            return data

        rule = good["rules"][0]
        deep = b"[" * 200_000
        table = [
            (b" ", "cannot be read"),
            (b"\x89PNG\r\n\x1a\n\x00", "cannot be read"),
            (deep, "cannot be read"),
            (b'{"format": NaN}', "cannot be read"),
            (b"[]", "something else than a case type"),
            ({"format": "odoo.studio", "version": 1}, "something else"),
            (changed("version", value="1"), "something else"),
            (changed("version", value=True), "something else"),
            (changed("version", value=99), "newer version \\(99\\)"),
            (b" " * (package.MAX_BYTES + 1), "larger than 1000 kB"),
            (without("stages"), "stages is missing"),
            (without("type", "name", "en_US"), "type.name.en_US is missing"),
            (changed("hooks", value=["import os"]), "hooks in the file is not known"),
            (changed("type", "alias_name", value="x"), "type.alias_name .* not known"),
            (changed("type", "origin", value="alien"), "type.origin .* alien"),
            (changed("type", "code", value="A/%(year)s"), "type.code"),
            (
                changed("type", "name", value="Text"),
                "type.name in the file is no texts",
            ),
            (
                changed("type", "color", value="1"),
                "type.color in the file is no number",
            ),
            (changed("type", "name", "en_US", value="a\x00b"), "not allowed"),
            (changed("type", "name", "en_US", value="\ud800"), "not allowed"),
            (changed("type", "name", "../etc", value="x"), "type.name"),
            (changed("type", "received_template", value=77), "points at 77"),
            (changed("stages", value=[]), "is missing|points at"),
            (changed("stages", 0, "state", value="done"), "stages is missing"),
            (changed("stages", 0, "waiting_for", value="parts"), "waiting_for"),
            (changed("stages", 1, "link", "next", value=[500]), "points at 500"),
            (changed("stages", 1, "link", "assignment", value="user"), "assignment"),
            (
                changed("stages", 1, "link", "roles", value=["base.main_company"]),
                "role base.main_company",
            ),
            (
                changed("stages", 1, "link", "roles", value=["no.such_role"]),
                "role no.such_role",
            ),
            (
                changed("stages", 1, "link", "requirements", value=[{"kind": "code"}]),
                "requirements\\[0\\].kind .* code",
            ),
            (changed("rules", value=[rule, rule]), "twice"),
            (changed("rules", 0, "key", value="__class__"), "not known here"),
            (changed("rules", 0, "key", value="user_id"), "field user_id"),
            (changed("rules", 0, "domain", value="[(1,'=',1)]"), "rules\\[0\\].domain"),
            (
                changed(
                    "rules",
                    0,
                    "conditions",
                    value=[{"key": "impact", "operator": "like", "value": "3"}],
                ),
                "operator",
            ),
            (
                changed("own_fields", 0, "domain", value="[('id', '=', 1)]"),
                "own_fields\\[0\\].domain in the file is not known",
            ),
            (changed("own_fields", 0, "type", value="html"), "html"),
            (changed("own_fields", 0, "default", value={"a": 1}), "default"),
            (
                changed(
                    "own_fields",
                    value=[
                        {
                            "name": "key",
                            "string": "Key",
                            "type": "many2one",
                            "comodel": "res.users.apikeys.description",
                        }
                    ],
                ),
                "cannot be chosen|field properties",
            ),
            (changed("plan", "steps", 0, "responsible", value="other"), "other"),
            (changed("plan", "steps", 0, "delay_count", value=10**9), "delay_count"),
        ]
        counts = self._counts()
        for content, text in table:
            with self.subTest(text=text):
                wizard = self._wizard(content)
                with self.assertRefused(UserError, text):
                    wizard.action_import()
                self.assertEqual(self._counts(), counts)

    def test_problem_is_shown_before_the_import(self):
        """The wizard says what is in the file, or what is wrong with it."""
        wizard = self._wizard(self._package())
        self.assertFalse(wizard.problem)
        self.assertIn("Guarantee (GUA): 10 stages, 3 own fields", wizard.summary)
        self.assertEqual(wizard.known_type_id, self.source)
        wizard = self._wizard(b"{}")
        self.assertIn("something else", wizard.problem)
        self.assertFalse(wizard.summary)

    def test_late_failure_leaves_nothing(self):
        """A problem that shows only at the end takes everything back."""
        data = self._package()
        data["type"]["code"] = "LAT"
        data["attachment_kinds"].append({"name": {"en_US": "Nothing Left"}})
        data["rules"][-1]["key"] = "user_id"
        counts = self._counts()
        with self.assertRaises(UserError):
            self._wizard(data).action_import()
        self.assertEqual(self._counts(), counts)

    def test_only_managers_import(self):
        """Nobody else has the wizard."""
        with self.assertRaises(AccessError):
            self._wizard(self._package(), self.leader)
