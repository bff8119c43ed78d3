import base64
import json
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form

from odoo.addons.aftersales_case.engine import package

from .common import AftersalesCommon, feature

ADDON = "aftersales_other"


class TestPackageParts(AftersalesCommon):
    """What addons add to the package of a type; the addon here is the test."""

    def setUp(self):
        super().setUp()
        self.source = self.type_complaint

    def _package(self):
        return json.loads(json.dumps(self.source._export_package()))

    def _wizard(self, data, **vals):
        return self._as(self.manager)["aftersales.type.import"].create(
            {"file": base64.b64encode(json.dumps(data).encode())} | vals
        )

    def _install(self, taken):
        """Let there be an addon that counts its days per stage in a package."""
        Type = type(self.env["aftersales.case.type"])

        def parts(case_type):
            form = package.record(
                {"stage": package.integer(0, 60), "days": package.integer(1, 99)}
            )
            part = package.PackagePart("Days", form, "_export_days", "_take_days")
            return {ADDON: part}

        def export_days(case_type, point):
            if case_type != self.source:
                return None
            return {"stage": point["stage"][self.stage_solved.id], "days": 4}

        def take_days(case_type, content, rows):
            taken.append((case_type, rows["stage"][content["stage"]], content["days"]))

        for name, method in (
            ("_get_package_parts", parts),
            ("_export_days", export_days),
            ("_take_days", take_days),
        ):
            patcher = patch.object(Type, name, method, create=True)
            patcher.start()
            self.addCleanup(patcher.stop)

    def test_part_travels(self):
        """An addon's part is written, judged by its form, and taken over by it."""
        taken = []
        self.assertNotIn(ADDON, self._package()["parts"])
        self._install(taken)
        data = self._package()
        self.assertEqual(data["parts"][ADDON]["title"], "Days")
        wizard = self._wizard(data)
        self.assertFalse(wizard.foreign_parts)
        action = wizard.action_import()
        [(made, stage, days)] = taken
        self.assertEqual(made.id, action["res_id"])
        self.assertEqual((stage, days), (self.stage_solved, 4))
        # A file without the part says nothing of it.
        self.assertEqual(made._export_package()["parts"], {})
        del data["parts"]
        self._wizard(data).action_import()
        self.assertEqual(len(taken), 1)

    def test_part_is_judged(self):
        """What the addon does not know in its part is refused, with the place."""
        self._install([])
        good = self._package()
        table = [
            ({"stage": 0}, "days is missing"),
            ({"stage": 0, "days": 100}, "days in the file"),
            ({"stage": 0, "days": 1, "code": "x"}, "code in the file is not known"),
            (None, "is no group"),
        ]
        for content, problem in table:
            good["parts"][ADDON]["content"] = content
            with (
                self.subTest(content=content),
                self.assertRefused(UserError, problem),
            ):
                self._wizard(good).action_import()
        for parts in ([], {"../etc": {}}, {ADDON: 1}, {ADDON: {"title": "x"}}):
            with self.subTest(parts=parts), self.assertRefused(UserError, "parts"):
                self._wizard(good | {"parts": parts}).action_import()

    @feature("N-14")
    def test_part_of_what_is_not_installed(self):
        """The preview names it; it is left out once the manager says so, and noted."""
        data = self._package()
        data["parts"] = {ADDON: {"title": "Days", "content": {"days": [1, {}]}}}
        wizard = self._wizard(data)
        self.assertEqual(wizard.foreign_parts, f"Days ({ADDON})")
        types = self.env["aftersales.case.type"]
        before = types.search_count([])
        with self.assertRefused(UserError, r"Days \(aftersales_other\)"):
            wizard.action_import()
        self.assertEqual(types.search_count([]), before)
        with Form(wizard) as form:
            form.leave_out = True
        made = types.browse(wizard.action_import()["res_id"])
        self.assertIn(f"Days ({ADDON})", made.message_ids[:1].body)

    def test_requirement_of_an_addon(self):
        """What an addon's kind of requirement carries in a file, the addon takes over."""
        Requirement = type(self.env["aftersales.stage.requirement"])
        form = self.env["aftersales.stage.requirement"]._get_package_form()
        data = self._package()
        data["stages"][1]["link"]["requirements"] = [{"kind": "attachment", "pages": 7}]
        with self.assertRefused(UserError, "pages in the file is not known"):
            self._wizard(data).action_import()

        def get_form(requirement):
            return form | {"pages": package.integer(1, 9)}

        def prepare(requirement, row):
            return {"minimum": row["pages"]} if "pages" in row else {}

        with (
            patch.object(Requirement, "_get_package_form", get_form),
            patch.object(Requirement, "_prepare_package_vals", prepare),
        ):
            action = self._wizard(data).action_import()
        made = self.env["aftersales.case.type"].browse(action["res_id"])
        self.assertIn(7, made.link_ids.requirement_ids.mapped("minimum"))

    @feature("N-14")
    def test_requirement_of_what_is_not_installed(self):
        """The preview names it with its stage; ticked, the stage is taken without it."""
        data = self._package()
        stage = data["stages"][1]
        kept = [{"kind": "no_activity"}, {"kind": "checklist"}]
        kept[1]["checklist_text"] = {"en_US": "Called back"}
        foreign = {"kind": "visited", "visits": {"a": 2}, "attachment_kind": "x"}
        foreign |= {"addon": ADDON, "title": "Two visits"}
        stage["link"]["requirements"] = [kept[0], foreign, kept[1]]
        wizard = self._wizard(data)
        name = stage["name"]["en_US"]
        self.assertFalse(wizard.problem)
        self.assertEqual(wizard.foreign_parts, f"{name}: Two visits ({ADDON})")
        types = self.env["aftersales.case.type"]
        before = types.search_count([])
        with self.assertRefused(UserError, r"Two visits \(aftersales_other\)"):
            wizard.action_import()
        self.assertEqual(types.search_count([]), before)
        with Form(wizard) as form:
            form.leave_out = True
        made = types.browse(wizard.action_import()["res_id"])
        link = made.link_ids.sorted()[1]
        self.assertEqual(
            link.requirement_ids.sorted().mapped("name"),
            ["No open activity", "Called back"],
        )
        self.assertIn(f"Two visits ({ADDON})", made.message_ids[:1].body)

    def test_requirement_that_hides_behind_an_addon(self):
        """Left out is only what names an addon that is not here, and says what it is."""
        data = self._package()
        table = [
            ({"kind": "visited"}, "kind .* visited"),
            ({"kind": "visited", "addon": "aftersales_case", "title": "x"}, "visited"),
            ({"kind": "visited", "addon": "stock", "title": "x"}, "kind .* visited"),
            ({"kind": "visited", "addon": ["x"], "title": "x"}, "addon"),
            ({"kind": "visited", "addon": "../etc", "title": "x"}, "addon"),
            ({"kind": "visited", "addon": ADDON}, "title is missing"),
            ({"kind": "visited", "addon": ADDON, "title": " "}, "title is missing"),
            ({"kind": 1, "addon": ADDON, "title": "x"}, "kind in the file is no text"),
            ({"addon": ADDON, "title": "x"}, "kind is missing"),
        ]
        for row, problem in table:
            data["stages"][1]["link"]["requirements"] = [row]
            with self.subTest(row=row), self.assertRefused(UserError, problem):
                self._wizard(data, leave_out=True).action_import()

    def test_requirement_names_its_addon(self):
        """A file says whose a requirement is and what it asks, where it is not ours."""
        link = self.source.link_ids.sorted()[1]
        link.requirement_ids = [
            (5, 0, 0),
            (0, 0, {"kind": "signature", "signature_purpose": "protocol"}),
            (0, 0, {"kind": "no_activity"}),
        ]
        rows = self._package()["stages"][1]["link"]["requirements"]
        self.assertFalse([row for row in rows if "addon" in row])
        Requirement = type(self.env["aftersales.stage.requirement"])

        def get_addon(requirement):
            return ADDON if requirement.kind == "no_activity" else "stock"

        with patch.object(Requirement, "_get_package_addon", get_addon):
            signature, foreign = self._package()["stages"][1]["link"]["requirements"]
        self.assertEqual(
            foreign,
            {"kind": "no_activity", "addon": ADDON, "title": "No open activity"},
        )
        self.assertEqual(signature["addon"], "stock")
        data = self._package()
        data["stages"][1]["link"]["requirements"] = [signature]
        self.assertFalse(self._wizard(data).foreign_parts)
        made = self.env["aftersales.case.type"].browse(
            self._wizard(data).action_import()["res_id"]
        )
        self.assertIn(
            "protocol", made.link_ids.requirement_ids.mapped("signature_purpose")
        )

    @feature("N-14")
    def test_version_of_a_file(self):
        """No version is the first; a newer one is refused, and both are said."""
        data = self._package()
        self.assertEqual(data["version"], 2)
        del data["version"]
        self.assertFalse(self._wizard(data).problem)
        data["version"] = 3
        with self.assertRefused(UserError, r"\(3\) .* up to version 2"):
            self._wizard(data).action_import()
