import ast
import base64
from datetime import datetime, timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import AftersalesCommon, AftersalesSetup, feature

MONDAY = datetime(2026, 3, 2, 8, 0, 0)


# What a column tells of a field that is not shown itself.
TOLD_BY = {
    "is_open": {"stage_id", "state"},
    "is_overdue": {"overdue_count"},
    "is_unassigned": {"action_take"},
    "is_winner": {"reason"},
    "outcome": {"reason"},
    "state": {"stage_id", "due_at"},
}


class TestLists(AftersalesCommon):
    def _three(self):
        """Three cases whose deadlines, priorities and titles have different orders."""
        values = (("B", 3, "1"), ("C", 1, "3"), ("A", 2, "2"))
        return self.env["aftersales.case"].create(
            [
                {
                    "name": name,
                    "type_id": self.type_complaint.id,
                    "user_id": self.agent.id,
                    "date_deadline": MONDAY + timedelta(days=days),
                    "priority": priority,
                }
                for name, days, priority in values
            ]
        )

    def _listed(self, cases, order=None, user=None):
        """Return the titles in the order in which the list shows them."""
        result = self._as(user or self.agent)["aftersales.case"].web_search_read(
            [("id", "in", cases.ids)], {"name": {}}, order=order
        )
        return "".join(record["name"] for record in result["records"])

    def test_colours_are_told_in_words(self):
        """Why a row has a colour stands in one of its columns, in every list."""
        views = self.env["ir.ui.view"].search(
            [
                ("arch_db", "ilike", "decoration-"),
                ("type", "in", ("list", "form")),
                ("mode", "=", "primary"),
            ]
        )
        views = views.filtered(lambda view: view.model_id or view.model in self.env)
        ours = views.filtered(
            lambda view: (
                (view.xml_id or "").startswith("aftersales_")
                or view.model.startswith(("aftersales.", "credit.control."))
            )
        )
        self.assertTrue(ours)
        for view in ours:
            for node in etree.fromstring(view.get_combined_arch()).iter("list"):
                with self.subTest(view.xml_id):
                    self.assertFalse(_get_untold(node))

    def test_sender_is_named_as_people_do(self):
        """The inbox shows a name, and an address where there is none."""
        for written, shown in (
            ('"Zofia Maj" <zofia@kawiarnia.example>', "Zofia Maj"),
            ("bas@linde.example", "bas@linde.example"),
            ("nobody at all", "nobody at all"),
            (False, False),
        ):
            mail = self.env["aftersales.intake"].new({"email_from": written})
            self.assertEqual(mail.sender_name, shown)

    def test_category_in_the_language_of_its_reader(self):
        """The parents of a category are named in the reader's language, too."""
        self.env["res.lang"]._activate_lang("nl_NL")
        parent = self.env["aftersales.category"].create({"name": "Machine"})
        child = parent.create({"name": "Pump", "parent_id": parent.id})
        parent.with_context(lang="nl_NL").name = "Toestel"
        child.with_context(lang="nl_NL").name = "Pomp"
        self.assertEqual(
            child.with_context(lang="nl_NL").display_name, "Toestel / Pomp"
        )
        self.assertEqual(
            child.with_context(lang="en_US").display_name, "Machine / Pump"
        )
        parent.with_context(lang="en_US").name = "Device"
        self.assertEqual(child.with_context(lang="en_US").display_name, "Device / Pump")

    def test_overview_figures(self):
        """The overview counts what is mine and what was handled this month, by type."""
        mine = self._new_case(user_id=self.agent.id)
        self._new_case(user_id=self.leader.id)
        done = self._complete(self._new_case(user_id=self.agent.id))
        done.stage_id = self.stage_solved
        old = self._complete(self._new_case(user_id=self.agent.id))
        old.stage_id = self.stage_solved
        start = fields.Datetime.now().replace(day=1) - timedelta(days=2)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE aftersales_case SET reported_at = %s, closed_at = %s WHERE id = %s",
            [start, start, old.id],
        )
        self.env.invalidate_all()
        card = self._as(self.agent, self.type_complaint)
        self.assertEqual((card.my_case_count, card.month_case_count), (1, 1))
        Case = self._as(self.agent)["aftersales.case"]
        for action, name, found in (
            (card.action_open_mine(), "mine", mine),
            (card.action_open_handled(), "month", done),
        ):
            self.assertTrue(action["context"][f"search_default_{name}"])
            chosen = ["open", "mine"] if name == "mine" else [name]
            domains = [self._get_filter(each) for each in chosen]
            self.assertEqual(
                Case.search(Domain.AND([action["domain"], *domains])), found
            )
        form = Form.from_action(self._as(self.agent), card.action_new_case())
        self.assertEqual(form.type_id, self.type_complaint)

    def _get_filter(self, name):
        """Return the domain of a filter, as the client reads it for the agent."""
        view = self._as(self.agent)["aftersales.case"].get_view(view_type="search")
        [node] = etree.fromstring(view["arch"]).iterfind(f".//filter[@name='{name}']")
        return Domain(safe_eval(node.get("domain"), {"uid": self.agent.id}))

    @feature("I2-60")
    def test_supplier_has_his_cases(self):
        """The card of a supplier counts the cases that he is to help with."""
        supplier = self.env["res.partner"].create(
            {"name": "Pump Works", "is_company": True}
        )
        contact = supplier.create({"name": "Pia", "parent_id": supplier.id})
        cases = self._new_case(supplier_id=supplier.id) | self._new_case(
            supplier_id=contact.id
        )
        for partner in supplier | contact:
            card = Form(self._as(self.agent, partner))
            self.assertEqual(card.aftersales_supplied_case_count, 2)
            action = self._as(
                self.agent, partner
            ).action_view_aftersales_supplied_cases()
            found = self._as(self.agent, cases).search(action["domain"])
            self.assertEqual(found, cases)
        self.assertFalse(
            Form(self._as(self.agent, self.customer)).aftersales_supplied_case_count
        )

    @feature("B4-53")
    def test_sorted_by_deadline(self):
        """The list is sorted by deadline, both ways."""
        cases = self._three()
        self.assertEqual(self._listed(cases, "date_deadline"), "CAB")
        self.assertEqual(self._listed(cases, "date_deadline desc"), "BAC")

    @feature("B4-54")
    def test_sorted_by_priority(self):
        """The list is sorted by priority, which the user may set freely."""
        cases = self._three()
        self.assertEqual(self._listed(cases, "priority desc"), "CAB")
        self._as(self.agent, cases[0]).priority = "3"
        self.assertEqual(self._listed(cases, "priority desc, id"), "BCA")

    @feature("B4-54")
    def test_sorted_by_an_own_field(self):
        """An own field of a type may serve as priority: the list is sorted by it."""
        self.type_complaint.properties_definition = [
            {"name": "rank", "string": "Rank", "type": "integer"}
        ]
        cases = self._three()
        for case, rank in zip(cases, (2, 3, 1), strict=True):
            case.properties = {"rank": rank}
        self.assertEqual(self._listed(cases, "properties.rank"), "ABC")

    @feature("B4-55")
    def test_order_by_hand(self):
        """What somebody dragged stays, also past a colleague's case."""
        cases = self._three()
        b, c, a = cases
        c.write({"user_id": self.manager.id, "team_id": False})
        wanted = self._as(self.agent, a | b | c)
        wanted.web_resequence({"name": {}})
        self.assertEqual(self._listed(cases), "ABC")
        self.assertEqual(cases.mapped("sequence"), [1, 2, 0])
        secret = self._new_case(confidential=True, user_id=self.manager.id)
        with self.assertRefused(AccessError, "read"):
            self._as(self.agent2, secret).web_resequence({})
        with self.assertRaises(AccessError):
            self._as(self.reporter, a).web_resequence({})

    def test_search_panel(self):
        """Type, team and state stand beside the list, to be ticked."""
        case = self._new_case()
        Case = self._as(self.agent)["aftersales.case"]
        view = self.env.ref("aftersales_case.aftersales_case_view_search")
        arch = Case.get_view(view.id, "search")["arch"]
        self.assertIn("<searchpanel", arch)
        types = Case.search_panel_select_multi_range("type_id", expand=True)["values"]
        self.assertIn(case.type_id.id, [value["id"] for value in types])
        states = Case.search_panel_select_multi_range("state", expand=True)["values"]
        self.assertEqual(len(states), 6)

    def test_search_panel_of_one_type(self):
        """The list of one type offers no other types; a list of two offers both."""
        Case = self._as(self.agent)["aftersales.case"]
        two = self.type_complaint | self.type_service

        def offered(*domain):
            values = Case.search_panel_select_multi_range(
                "type_id", expand=True, search_domain=list(domain)
            )["values"]
            return {value["id"] for value in values}

        action = self._as(self.agent, self.type_complaint).action_open_cases()
        self.assertFalse(offered(*action["domain"]))
        self.assertFalse(offered(*action["domain"], ("is_open", "=", True)))
        menu = self.type_complaint.menu_id.action
        self.assertFalse(offered(*safe_eval(menu.domain)))
        self.assertEqual(offered(("type_id", "in", two.ids)), set(two.ids))
        self.assertLess(set(two.ids), offered(("is_open", "=", True)))
        self.assertLess(set(two.ids), offered("|", *action["domain"], ("id", ">", 0)))
        self.assertLess(set(two.ids), offered(("type_id", "ilike", "e")))
        states = Case.search_panel_select_multi_range(
            "state", expand=True, search_domain=action["domain"]
        )["values"]
        self.assertEqual(len(states), 6)

    def test_files_have_a_kind(self):
        """An agent says on the case's form what each file is."""
        case = self._new_case(user_id=self.agent.id)
        kind = self.env["aftersales.attachment.kind"].create({"name": "Test Photo"})
        with Form(self._as(self.agent, case)) as form, form.file_ids.new() as line:
            line.name = "pump.jpg"
            line.datas = base64.b64encode(b"x")
            line.aftersales_kind_id = kind
        self.assertEqual(case.file_ids.name, "pump.jpg")
        self.assertEqual(case.file_ids.aftersales_kind_id, kind)
        self.assertEqual(case.file_ids.res_model, "aftersales.case")


class TestTasks(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.env["project.project"].create(
            {"name": "Repairs", "company_id": cls.company.id}
        )
        cls.planner = new_test_user(
            cls.env,
            "as_planner",
            groups="aftersales_case.group_aftersales_agent,project.group_project_user",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def test_tasks_of_a_case(self):
        """The button opens the case's tasks; a new one stands in its project."""
        case = self._new_case(project_id=self.project.id, user_id=self.planner.id)
        action = self._as(self.planner, case).action_view_tasks()
        Task = self._as(self.planner)["project.task"].with_context(**action["context"])
        with Form(Task) as form:
            form.name = "Order the pump"
        task = Task.search(action["domain"])
        self.assertEqual(task.name, "Order the pump")
        self.assertEqual(task.project_id, self.project)
        self.assertEqual((case.task_count, case.open_task_count), (1, 1))
        task.state = "1_done"
        case.invalidate_recordset(["task_count", "open_task_count"])
        self.assertEqual((case.task_count, case.open_task_count), (1, 0))

    def test_cases_below_are_counted_as_one_may_see(self):
        """A confidential case under another is not told of by its number."""
        case = self._new_case(user_id=self.agent.id)
        self._new_case(parent_id=case.id, user_id=self.agent.id)
        self._new_case(parent_id=case.id, user_id=self.manager.id, confidential=True)
        self.assertEqual(self._as(self.agent, case).child_count, 1)
        self.assertEqual(self._as(self.manager, case).child_count, 2)

    def test_tasks_move_with_a_merge(self):
        """A merge takes the tasks along."""
        survivor, double = self._new_case(), self._new_case()
        task = self.env["project.task"].create(
            {
                "name": "T",
                "project_id": self.project.id,
                "aftersales_case_id": double.id,
            }
        )
        self._as(self.manager, double)._merge_into(survivor)
        self.assertEqual(task.aftersales_case_id, survivor)

    def test_tasks_of_confidential_cases(self):
        """A task of a confidential case is for those concerned and whoever does it."""
        case = self._new_case(
            user_id=self.manager.id, confidential=True, project_id=self.project.id
        )
        task = self.env["project.task"].create(
            {
                "name": "Secret",
                "project_id": self.project.id,
                "aftersales_case_id": case.id,
            }
        )
        as_planner = self._as(self.planner, task)
        self.assertFalse(as_planner.has_access("read"))
        task.user_ids = self.planner
        self.assertTrue(as_planner.has_access("read"))
        self.assertFalse(self._as(self.planner, case).has_access("read"))


@tagged("post_install", "-at_install")
class TestWorkTours(AftersalesSetup, HttpCase):
    @feature("B4-55")
    def test_drag_in_the_list(self):
        """An agent drags a case to the top of the list, and it stays there."""
        cases = self.env["aftersales.case"].create(
            [
                {
                    "name": f"Tour Case {name}",
                    "type_id": self.type_complaint.id,
                    "user_id": self.agent.id,
                    "sequence": place,
                }
                for place, name in enumerate("ABC")
            ]
        )
        self.start_tour(
            "/odoo/action-aftersales_case.aftersales_case_action_mine?view_type=list",
            "aftersales_case_drag_in_list",
            login="as_agent",
        )
        names = cases.sorted("sequence").mapped("name")
        self.assertEqual(names, ["Tour Case C", "Tour Case A", "Tour Case B"])

    @feature("P-37", "I2-06")
    def test_merge_while_typing(self):
        """An agent types a title, sees the same trouble, and merges the new case into it."""
        old = self._new_case(name="Boiler drips on the floor", user_id=self.agent.id)
        self.start_tour(
            "/odoo/action-aftersales_case.aftersales_case_action_mine/new",
            "aftersales_case_merge",
            login="as_agent",
        )
        new = old.merged_from_ids
        self.assertEqual(new.name, "Boiler drips")
        self.assertEqual(new.state, "cancelled")

    @feature("I2-08")
    def test_assess_in_the_browser(self):
        """A leader opens the queue, assesses a case and it leaves the queue."""
        case = self._new_case(name="Tour Grinder", user_id=self.leader.id)
        self.start_tour(
            "/odoo/action-aftersales_case.aftersales_case_action_triage",
            "aftersales_case_triage",
            login="as_leader",
        )
        self.assertEqual(case.priority, "3")
        self.assertEqual(case.state, "open")

    @feature("N-12")
    @mute_logger("odoo.http")  # core logs a RedirectWarning as an error
    def test_archive_leads_to_hand_over(self):
        """Archiving a user with open cases opens the hand-over, which archives him."""
        case = self._new_case(user_id=self.agent.id)
        self.start_tour(
            f"/odoo/action-base.action_res_users/{self.agent.id}",
            "aftersales_case_handover",
            login="admin",
        )
        self.assertEqual(case.user_id, self.agent2)
        self.assertFalse(self.agent.active)


def _get_untold(node):
    """Return the fields that colour the rows of a list, and that no column tells."""
    shown = {
        column.get("name")
        for column in node
        if column.get("column_invisible") not in ("1", "True")
        and column.get("optional") != "hide"
    }
    # Who is archived is asked for.
    told = shown | {name for name in TOLD_BY if TOLD_BY[name] & shown} | {"active"}
    rules = [
        rule for name, rule in node.attrib.items() if name.startswith("decoration-")
    ]
    names = {
        part.id
        for rule in rules
        for part in ast.walk(ast.parse(rule.strip(), mode="eval"))
        if isinstance(part, ast.Name)
    }
    return names - told - {"now", "uid", "current_date", "context_today"}
