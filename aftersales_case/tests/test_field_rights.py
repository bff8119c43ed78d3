import json

from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.mail.tools.discuss import Store

from .common import AftersalesCommon, feature

ROLE = "aftersales_case.group_aftersales_%s"
VIEWS = ("form", "list", "kanban", "search", "calendar", "pivot", "graph", "activity")


class FieldRightsCommon(AftersalesCommon):
    @classmethod
    def _restrict(cls, key, read=(), write=()):
        return cls.env["aftersales.field.right"].create(
            {
                "key": f"aftersales.case.{key}",
                "read_group_ids": [Command.set([cls._role(name) for name in read])],
                "write_group_ids": [Command.set([cls._role(name) for name in write])],
            }
        )

    @classmethod
    def _role(cls, name):
        return cls.env.ref(name if "." in name else ROLE % name).id

    def _get_store(self, user, message):
        """Return what the chatter of a user gets to know of a message."""
        store = Store().add(self._as(user, message))
        return json.dumps(store.get_result(), default=str)


class TestFieldRights(FieldRightsCommon):
    """Who may not see the costs learns them by no way; who may not change them, neither."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._restrict("cost", read=["leader"])
        cls._restrict("cause_id", write=["leader"])
        cls.case = cls.env["aftersales.case"].create(
            {
                "name": "Machine leaks",
                "type_id": cls.type_complaint.id,
                "contact_id": cls.contact.id,
                "company_id": cls.company.id,
                "user_id": cls.agent.id,
                "cost": 4711,
                "cause_id": cls.env.ref("aftersales_case.cause_material").id,
            }
        )
        template = cls.env["mail.template"].create(
            {
                "name": "Costs",
                "model_id": cls.env["ir.model"]._get_id("aftersales.case"),
                "subject": "Costs {{ object.cost }}",
            }
        )
        cls.ways = {
            "read": lambda case: case.read(["cost"]),
            "attribute": lambda case: case.cost,
            "web_read": lambda case: case.web_read({"cost": {}}),
            "web_search_read": lambda case: case.web_search_read([], {"cost": {}}),
            "search": lambda case: case.search([("cost", ">", 4000)]),
            "search by path": lambda case: case.search([("parent_id.cost", ">", 0)]),
            "name_search": lambda case: case.name_search("", [("cost", ">", 0)]),
            "search of a part": lambda case: case.env["aftersales.case.event"].search(
                [("case_id.cost", ">", 0)]
            ),
            "order": lambda case: case.search([], order="cost"),
            "aggregate": lambda case: case.formatted_read_group(
                [], ["type_id"], ["cost:sum"]
            ),
            "group": lambda case: case.formatted_read_group([], ["cost"], ["__count"]),
            "having": lambda case: case._read_group(
                [], ["type_id"], [], having=[("cost:sum", ">", 0)]
            ),
            "web_read_group": lambda case: case.web_read_group(
                [], ["type_id"], ["cost:sum"]
            ),
            "export": lambda case: case._export_rows([["cost"]]),
            "mapped": lambda case: case.mapped("cost"),
            "filtered": lambda case: case.filtered_domain([("cost", ">", 0)]),
            "onchange": lambda case: case.onchange({}, [], {"cost": {}}),
            "mail placeholder": lambda case: (
                case.env["mail.template"]
                .browse(template.id)
                ._generate_template(case.ids, ["subject"])
            ),
        }

    def test_named_as_its_field(self):
        """A right is called as its field, not by a technical name."""
        right = self.env["aftersales.field.right"].search(
            [("key", "=", "aftersales.case.cost")]
        )
        self.assertEqual(right.display_name, "Costs")

    @feature("B4-98", "B4-23")
    def test_no_way_to_read(self):
        """Agents and reporters are refused on every interface, leaders on none."""
        self.case.message_subscribe(self.reporter.partner_id.ids)
        for user in (self.agent, self.reporter, self.accountant):
            self.case.sudo().message_subscribe(user.partner_id.ids)
            case = self._as(user, self.case)
            for way, read in self.ways.items():
                with self.subTest(user=user.login, way=way):
                    with self.assertRaises(UserError) as refused:
                        read(case)
                    if user == self.agent and way != "mail placeholder":
                        self.assertIn("Costs: only Team Leader", str(refused.exception))
            self.assertNotIn("cost", case.fields_get())
        self.assertNotIn("cost", self._as(self.agent, self.case).read()[0])
        for user in (self.leader, self.manager):
            for way, read in self.ways.items():
                with self.subTest(user=user.login, way=way):
                    read(self._as(user, self.case))

    @feature("B4-98")
    def test_no_way_to_a_record(self):
        """What a hidden link points at is told by no panel, path, or group either."""
        self._restrict("supplier_id", read=["leader"])
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        self.case.supplier_id = vendor
        progress = {"field": "state", "colors": {"new": "success"}}
        ways = {
            "panel": lambda case: case.search_panel_select_range("supplier_id"),
            "panel of many": lambda case: case.search_panel_select_multi_range(
                "supplier_id"
            ),
            "progress": lambda case: case.read_progress_bar(
                [], "supplier_id", progress
            ),
            "path": lambda case: case.search([("supplier_id.name", "ilike", "vend")]),
            "below": lambda case: case.search([("supplier_id", "child_of", vendor.id)]),
            "any": lambda case: case.search(
                [("supplier_id", "any", [("name", "=", "Vendor")])]
            ),
            "by name": lambda case: case.search([("supplier_id", "ilike", "vend")]),
            "order by path": lambda case: case.search([], order="supplier_id"),
            "aggregate": lambda case: case._read_group(
                [], ["type_id"], ["supplier_id:recordset"]
            ),
            "group by path": lambda case: case._read_group([], ["supplier_id.name"]),
            "nested": lambda case: case.event_ids.web_read(
                {"case_id": {"fields": {"supplier_id": {"fields": {"name": {}}}}}}
            ),
        }
        for way, read in ways.items():
            with self.subTest(way=way):
                with self.assertRaises(UserError) as refused:
                    read(self._as(self.agent, self.case))
                self.assertIn("Supplier: only Team Leader", str(refused.exception))
                read(self._as(self.leader, self.case))

    @feature("B4-98")
    def test_no_way_to_write(self):
        """Who reads a field but does not change it is refused when he writes it."""
        other = self.env["aftersales.cause"].create({"name": "Wear"})
        agent = self._as(self.agent, self.case)
        self.assertTrue(agent.cause_id)
        ways = {
            "write": lambda: agent.write({"cause_id": other.id}),
            "web_save": lambda: agent.web_save({"cause_id": other.id}, {}),
            "create": lambda: agent.create({"name": "x", "cause_id": other.id}),
            "default": lambda: agent.with_context(default_cause_id=other.id).create(
                {"name": "x"}
            ),
            "create unseen": lambda: agent.create({"name": "x", "cost": 1}),
            "write unseen": lambda: agent.write({"cost": 1}),
            "import": lambda: agent.load(["name", "cost"], [["x", "1"]]),
        }
        for way, write in ways.items():
            with self.subTest(way=way):
                try:
                    with self.env.cr.savepoint():
                        result = write()
                    text = str(result["messages"]) if way == "import" else ""
                except AccessError as error:
                    text = str(error)
                self.assertIn("only Team Leader", text)
        self.assertTrue(agent.fields_get(["cause_id"])["cause_id"]["readonly"])
        self._as(self.leader, self.case).write({"cause_id": other.id, "cost": 5})
        self.assertEqual(self.case.cost, 5)

    def test_context_switches_nothing_off(self):
        """No value of the context opens a field."""
        case = self._as(self.agent, self.case).with_context(
            aftersales_field_rights=False, sudo=True, su=True, install_mode=True
        )
        with self.assertRaises(AccessError):
            case.read(["cost"])

    @feature("B4-98", "B4-22")
    def test_views_work_for_everybody(self):
        """Each view opens and reads for each role, without what is not for it."""
        for user in (self.reporter, self.agent, self.leader, self.manager):
            case = self._as(user, self.case)
            self.case.message_subscribe(user.partner_id.ids)
            hidden = user in self.reporter | self.agent
            for kind in VIEWS:
                with self.subTest(user=user.login, view=kind):
                    views = case.get_views([[False, kind]])
                    arch = views["views"][kind]["arch"]
                    self.assertNotIn("model_access_rights", arch)
                    root = etree.fromstring(arch)
                    names = self._get_names(root)
                    if kind in ("form", "list"):
                        self.assertEqual("cost" not in names, hidden)
                    known = views["models"]["aftersales.case"]["fields"]
                    self.assertEqual("cost" in known, not hidden and "cost" in known)
                    if kind in ("form", "list", "kanban"):
                        case.web_read({name: {} for name in names})
                    for node in root.iterfind(".//field[@name='cause_id']"):
                        self.assertEqual(node.get("readonly") == "1", hidden)

    def _get_names(self, root):
        """Return the names of the case's own fields that a view shows."""
        return {
            node.get("name")
            for node in root.iter("field")
            if next(node.iterancestors("field"), None) is None
        }

    @feature("B4-98")
    def test_agent_works_with_form(self):
        """An agent saves a new and an old case without touching what is not for him."""
        form = Form(self._as(self.agent)["aftersales.case"])
        form.name = "New"
        form.type_id = self.type_complaint
        form.contact_id = self.contact
        with self.assertRaises(AssertionError):
            form.cost = 1
        with self.assertRaises(AssertionError):
            form.cause_id = self.case.cause_id
        case = form.save()
        self.assertEqual((case.sudo().cost, case.email), (0, "anna@janssen.example"))
        with Form(self._as(self.agent, self.case)) as form:
            form.name = "Changed"
        self.assertEqual(self.case.cost, 4711)

    @feature("B4-98")
    def test_chatter_tells_readers_only(self):
        """The change of a restricted field is noted, for those who may see the field."""
        self.flush_tracking()
        self._as(self.leader, self.case).write({"cost": 815})
        self.flush_tracking()
        self.case.invalidate_recordset()
        message = self.case.message_ids.filtered(
            lambda message: message.sudo().tracking_value_ids
        )
        self.assertEqual(message.sudo().tracking_value_ids.new_value_float, 815)
        for user, seen in ((self.leader, True), (self.agent, False)):
            store = self._get_store(user, message)
            self.assertEqual("815" in store, seen, user.login)
        context = self.case.with_user(
            self.leader
        )._notify_by_email_prepare_rendering_context(message)
        self.assertEqual(context["tracking_values"], [])
        self.assertNotIn("815", self.case._generate_tracking_message(message))
        fetched = self._as(self.agent)["mail.message"]._message_fetch(
            domain=None, thread=self._as(self.agent, self.case), search_term="815"
        )
        self.assertFalse(fetched["messages"])

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()

    def test_history_and_print(self):
        """The history, on the page and printed, tells no restricted value."""
        self.flush_tracking()
        self._as(self.leader, self.case).write({"cost": 815})
        self.flush_tracking()
        html = self._as(self.agent, self.case).history_html
        self.assertNotIn("815", html)
        content = self._as(self.agent)["ir.actions.report"]._render_qweb_html(
            "aftersales_case.report_case_history", self.case.ids
        )[0]
        self.assertNotIn(b"815", content)
        self.assertNotIn(b"4711", content)

    def test_copy_leaves_out(self):
        """A copy by who may not see a field has none of it."""
        self._restrict("description", read=["leader"])
        self.case.description = "Secret"
        copied = self._as(self.agent, self.case).copy()
        self.assertFalse(copied.sudo().description)
        copied = self._as(self.leader, self.case).copy()
        self.assertIn("Secret", copied.sudo().description)

    def test_rights_hold_at_once(self):
        """A right that is changed or gone holds for the next request."""
        right = self.env["aftersales.field.right"].search(
            [("key", "=", "aftersales.case.cost")]
        )
        agent = self._as(self.agent, self.case)
        right.read_group_ids = [Command.set([self._role("agent")])]
        self.assertEqual(agent.cost, 4711)
        right.read_group_ids = [Command.set([self._role("manager")])]
        with self.assertRaises(AccessError):
            self._as(self.leader, self.case).read(["cost"])
        right.unlink()
        self.assertEqual(agent.cost, 4711)

    def test_no_query_per_field(self):
        """Asking for rights costs no query once they are known."""
        case = self._as(self.leader, self.case)
        case.read(["cost", "cause_id"])
        with self.assertQueryCount(0):
            for field in case._fields.values():
                case._has_field_access(field, "read")
                case._has_field_access(field, "write")

    @feature("B4-98")
    def test_debtor_control_as_role(self):
        """Roles are those of after-sales, and whoever keeps the debtors' books."""
        right = self._restrict("resolution_id", read=["account.group_account_invoice"])
        self.case.message_subscribe(self.accountant.partner_id.ids)
        self._as(self.accountant, self.case).read(["resolution_id"])
        with self.assertRaises(AccessError):
            self._as(self.manager, self.case).read(["resolution_id"])
        roles = ["Agent", "Team Leader", "Manager"]
        self.assertEqual(right.role_ids.mapped("name")[:3], roles)
        self.assertEqual(len(right.role_ids), 4)


class TestFieldRightsScreen(FieldRightsCommon):
    """Managers say who sees what."""

    @feature("B4-98", "B4-25")
    def test_manager_restricts(self):
        """A manager chooses field and roles in the form."""
        form = Form(self._as(self.manager)["aftersales.field.right"])
        form.key = "aftersales.case.cost"
        form.read_group_ids.add(self.env.ref(ROLE % "leader"))
        form.save()
        case = self._new_case(cost=5, user_id=self.agent.id)
        with self.assertRaises(AccessError):
            self._as(self.agent, case).read(["cost"])
        for user in (self.agent, self.leader):
            with self.assertRaises(AccessError):
                self._as(user)["aftersales.field.right"].search([])

    def test_change_without_read(self):
        """Who changes a field sees it; a sentence says so."""
        with self.assertRefused(
            ValidationError, "Costs: Agent would change what they may not see"
        ):
            self._restrict("cost", read=["leader"], write=["agent"])
        self._restrict("cost", read=["leader"], write=["manager"])

    def test_somebody_is_chosen(self):
        """A right that says nothing is refused."""
        with self.assertRefused(ValidationError, "choose who sees the field"):
            self._restrict("cost")

    def test_role_stays(self):
        """A group that guards a field cannot be deleted: the field would be open."""
        group = self.env["res.groups"].create({"name": "Costs"})
        right = self._restrict("cost", read=["leader"])
        right.read_group_ids = [Command.set(group.ids)]
        self.env.flush_all()
        with self.assertRefused(UserError, "this role guards Costs"):
            group.unlink()

    def test_only_listed_fields(self):
        """A field on which others rely is not in the list."""
        with self.assertRefused(ValidationError, "cannot be restricted"):
            self._restrict("partner_id", read=["leader"])
