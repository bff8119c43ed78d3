from odoo.tests import tagged

from .common import AftersalesCommon, feature


@tagged("post_install", "-at_install")
class TestTypeMenus(AftersalesCommon):
    def _names(self, user):
        Menu = self._as(user)["ir.ui.menu"]
        parent = self.env.ref("aftersales_case.menu_cases_types")
        menus = Menu.load_menus(False)
        children = menus.get(parent.id, {}).get("children", [])
        return [menus[child]["name"] for child in children]

    @feature("I2-02")
    def test_new_type_has_its_own_board_in_the_menu(self):
        """A type that a manager makes can be opened from the menu, by agents."""
        case_type = self._as(self.manager)["aftersales.case.type"].create(
            {
                "name": "Recall",
                "code": "RCL",
                "link_ids": [(0, 0, {"stage_id": self.stage_new.id})],
            }
        )
        self.assertIn("Recall", self._names(self.agent))
        self.assertNotIn("Recall", self._names(self.reporter))
        action = self._as(self.agent, case_type.sudo().menu_id.action)
        content = action._get_action_dict()
        self.assertEqual(content["domain"], f"[('type_id', '=', {case_type.id})]")
        self.assertIn(f"'default_type_id': {case_type.id}", content["context"])

    def test_menu_follows_its_type(self):
        """Renamed, sorted, archived, left out, deleted: the menu does the same."""
        case_type = self.type_complaint
        menu = case_type.menu_id
        action = menu.action
        case_type.write({"name": "Grievance", "sequence": 77})
        self.assertEqual((menu.name, menu.sequence), ("Grievance", 77))
        self.assertEqual(action.name, "Grievance")
        for field in ("active", "has_menu"):
            case_type[field] = False
            self.assertNotIn("Grievance", self._names(self.agent))
            case_type[field] = True
            self.assertIn("Grievance", self._names(self.agent))
        self.assertEqual(case_type.menu_id, menu)
        case_type.unlink()
        self.assertFalse(menu.exists())
        self.assertFalse(action.exists())

    def test_copied_type_has_a_menu_of_its_own(self):
        """A copy does not share its menu."""
        copied = self.type_complaint.copy()
        self.assertTrue(copied.menu_id)
        self.assertNotEqual(copied.menu_id, self.type_complaint.menu_id)

    def test_menu_speaks_the_language_of_the_user(self):
        """Menu and board are named as the type is in the user's language."""
        self.env["res.lang"]._activate_lang("nl_NL")
        self.type_complaint.with_context(lang="nl_NL").name = "Klacht van ons"
        self.agent.lang = "nl_NL"
        self.env.registry.clear_cache()
        Menu = self._as(self.agent)["ir.ui.menu"].with_context(lang="nl_NL")
        menu = Menu.load_menus(False)[self.type_complaint.menu_id.id]
        self.assertEqual(menu["name"], "Klacht van ons")
        action = self._as(self.agent, self.type_complaint.menu_id.action)
        content = action.with_context(lang="nl_NL")._get_action_dict()
        self.assertEqual(content["display_name"], "Klacht van ons")

    def test_menu_is_for_its_company(self):
        """A type of another company stands in the menu of its own people only."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.type_complaint.copy(
            {"name": "Foreign", "company_id": other.id, "team_id": False}
        )
        self.env.registry.clear_cache()
        self.assertNotIn("Foreign", self._names(self.agent))
        self.agent.company_ids |= other
        self.env.registry.clear_cache()
        self.assertIn("Foreign", self._names(self.agent))
