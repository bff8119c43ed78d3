from odoo.fields import Command

from .common import AftersalesCommon
from .walks import ELSEWHERE, RightsSetup, RightsWalk, find_routes

MAIL = b"""From: Anna <anna@janssen.example>
To: complaints@aftersales.example
Subject: Forged
Message-Id: <forged@test>

Forged"""


class TestRights(RightsWalk, RightsSetup, AftersalesCommon):
    """What callers may do with cases that are not theirs: nothing, by any method."""

    walk_addon = "aftersales_case"
    walk_allowed = {
        # Everybody reports, and a manager sets up his own company.
        ("aftersales.case", "create"): ELSEWHERE,
        ("aftersales.case.type", "create"): ELSEWHERE,
        ("aftersales.start", "action_hide"): ELSEWHERE,
        ("aftersales.start", "action_show"): ELSEWHERE,
        ("aftersales.type.assistant", "action_finish"): ELSEWHERE,
        ("aftersales.type.import", "action_import"): ELSEWHERE,
        # A type without a company is set up by the managers of each.
        ("aftersales.field.condition", "unlink"): ELSEWHERE,
        ("aftersales.field.rule", "unlink"): ELSEWHERE,
        # Managers set up whom a field is for, for the whole database.
        ("aftersales.field.right", "create"): ELSEWHERE,
        ("aftersales.field.right", "write"): ELSEWHERE,
        ("aftersales.field.right", "unlink"): ELSEWHERE,
        # The accountant keeps stock too; a delivery is no part of a case.
        ("stock.picking", "create"): ELSEWHERE,
        ("stock.picking", "write"): ELSEWHERE,
        # A place in a list is no part of the case.
        ("aftersales.case", "web_resequence"): {"aftersales_case"},
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env, case = cls.env, cls.walk_case
        link = case.type_id.link_ids.filtered(lambda lk: lk.state == "done")[:1]
        cls.approval_rule = env["aftersales.stage.requirement"].create(
            {
                "link_id": link.id,
                "kind": "approval",
                "group_id": env.ref("base.group_system").id,
            }
        )
        cls.picking = cls._new_picking()
        cls.plan = env["mail.activity.plan"].create(
            {"name": "Plan", "res_model": case._name, "company_id": cls.company.id}
        )
        cls.parts = cls._new_parts(case)
        cases = {"case_ids": [Command.set(case.ids)]}
        agents = env.ref("aftersales_case.group_aftersales_agent")
        cls.walk_records = cls.parts | {
            "aftersales.case": case,
            "aftersales.case.type": case.type_id,
            "base_import.import": {"res_model": "aftersales.case"},
            "aftersales.stage.requirement": cls.approval_rule,
            "aftersales.type.stage": link,
            "aftersales.field.right": env["aftersales.field.right"].create(
                {
                    "key": "aftersales.case.cause_id",
                    "write_group_ids": [Command.set(agents.ids)],
                }
            ),
            "aftersales.intake.allowed": env["aftersales.intake.allowed"].create(
                {"value": "shop@walk.example"}
            ),
            "aftersales.tag": env["aftersales.tag"].create({"name": "Urgent"}),
            "aftersales.team": case.team_id,
            "mail.activity": case.activity_schedule(
                "mail.mail_activity_data_todo", user_id=cls.manager.id
            ),
            "mail.message": case.message_post(body="Said"),
            "rating.rating": env["rating.rating"].create(
                {
                    "res_model_id": env["ir.model"]._get_id(case._name),
                    "res_id": case.id,
                    "rating": 1,
                }
            ),
            "hr.employee": env["hr.employee"].create(
                {"name": "Mees", "user_id": cls.manager.id}
            ),
            "mail.mail": env["mail.mail"].create(
                {"model": case._name, "res_id": case.id, "state": "outgoing"}
            ),
            "res.groups": env.ref("aftersales_case.group_aftersales_agent"),
            "res.partner": cls.customer,
            "res.users": cls.manager,
            "stock.picking": cls.picking,
            "aftersales.force": cases
            | {"stage_id": cls.stage_solved.id, "reason": "x"},
            "aftersales.handover": cases | {"kind": "gone"},
            "aftersales.merge": {
                "case_ids": [Command.set((case | cls.own_case).ids)],
                "target_id": cls.own_case.id,
            },
            "aftersales.move": cases | {"stage_id": cls.stage_solved.id},
            "aftersales.call": {"phone": "+31 71 5550000"},
            "aftersales.contact": {"case_id": case.id, "name": "x"},
            "aftersales.reopen": cases | {"reason": "x"},
            "aftersales.split": {"case_id": case.id, "name": "x"},
            "aftersales.start": {},
            "aftersales.start.step": {
                "start_id": env["aftersales.start"].create({}).id,
                "key": "teams",
                "name": "x",
            },
            "aftersales.triage": cases | {"urgency": "3"},
            "aftersales.option.labels": {"type_id": case.type_id.id},
            "aftersales.own.fields": {"type_id": case.type_id.id},
            "aftersales.type.assistant": {"name": "x", "code": "XX"},
            "aftersales.type.import": {"file": "e30="},
        }
        name = [{"name": "Forged"}], {}
        on_case = {"aftersales_case_id": case.id}
        cls.walk_calls = {
            ("aftersales.approval", "create"): (
                [{"case_id": case.id, "group_id": env.ref("base.group_user").id}],
                {},
            ),
            ("aftersales.approval", "default_get"): ([["case_id"]], {}),
            ("aftersales.call", "open_call"): (["+31 71 5550000"], {}),
            ("aftersales.case", "search_panel_select_multi_range"): (["type_id"], {}),
            ("base_import.import", "execute_import"): ([[], [], {}], {}),
            ("base_import.import", "get_fields_tree"): (["aftersales.case"], {}),
            ("aftersales.signature", "create"): (
                [{"case_id": case.id, "purpose": "work", "name": "x", "digest": "x"}],
                {},
            ),
            ("aftersales.signature", "default_get"): ([["case_id"]], {}),
            ("aftersales.signature", "write"): ([{"name": "x"}], {}),
            ("aftersales.case.line", "default_get"): ([["case_id"]], {}),
            ("aftersales.checklist.item", "create"): (
                [{"case_id": case.id, "name": "x", "done": True}],
                {},
            ),
            ("aftersales.checklist.item", "default_get"): ([["case_id"]], {}),
            ("aftersales.approval", "write"): ([{"state": "approved"}], {}),
            ("aftersales.checklist.item", "write"): ([{"done": True}], {}),
            ("aftersales.case", "action_ask_approval"): ([link.stage_id.id], {}),
            ("aftersales.case", "create"): (
                [{"name": "x", "parent_id": case.id, "number": case.number}],
                {},
            ),
            ("aftersales.case", "load"): ([[".id", "number"], [[case.id, "X"]]], {}),
            ("aftersales.case", "web_resequence"): ([{}, "sequence", 99], {}),
            ("aftersales.case", "default_get"): ([["name", "number"]], {}),
            ("aftersales.case", "notify_presence"): (["looking"], {}),
            ("aftersales.case", "write"): name,
            ("aftersales.case.event", "create"): (
                [{"case_id": case.id, "kind": "mail_in"}],
                {},
            ),
            ("aftersales.case.event", "write"): ([{"kind": "stage"}], {}),
            ("aftersales.case.line", "create"): (
                [{"case_id": case.id, "product_id": cls.product.id}],
                {},
            ),
            ("aftersales.case.line", "write"): ([{"quantity": 0}], {}),
            ("aftersales.case.type", "create"): ([{"name": "x", "code": "XX"}], {}),
            ("aftersales.case.type", "write"): name,
            ("aftersales.case", "get_property_definition"): (["properties.x"], {}),
            ("aftersales.field.condition", "create"): (
                [
                    {
                        "rule_id": case.type_id.field_rule_ids[:1].id,
                        "key": "cost",
                        "value": "1",
                    }
                ],
                {},
            ),
            ("aftersales.field.rule", "create"): (
                [{"type_id": case.type_id.id, "key": "cost"}],
                {},
            ),
            ("aftersales.field.right", "create"): (
                [
                    {
                        "key": "aftersales.case.cost",
                        "read_group_ids": [Command.set(agents.ids)],
                    }
                ],
                {},
            ),
            ("aftersales.field.right", "write"): (
                [{"read_group_ids": [Command.set(agents.ids)]}],
                {},
            ),
            ("aftersales.type.stage", "create"): (
                [{"type_id": case.type_id.id, "stage_id": cls.stage_finished.id}],
                {},
            ),
            ("mail.activity.plan.template", "create"): (
                [{"plan_id": cls.plan.id, "summary": "Forged"}],
                {},
            ),
            ("mail.mail", "write"): ([{"state": "sent"}], {}),
            ("aftersales.intake", "write"): ([{"subject": "Forged"}], {}),
            ("aftersales.stage.requirement", "create"): (
                [{"link_id": link.id, "kind": "no_activity"}],
                {},
            ),
            ("aftersales.stage.requirement", "write"): ([{"minimum": 0}], {}),
            ("aftersales.team", "write"): name,
            ("aftersales.type.stage", "write"): ([{"max_hours": 1}], {}),
            ("hr.employee", "write"): name,
            ("ir.ui.menu", "load_menus"): ([False], {}),
            ("mail.activity", "write"): ([{"user_id": cls.agent2.id}], {}),
            ("mail.message", "create"): (
                [
                    {
                        "model": case._name,
                        "res_id": case.id,
                        "author_id": cls.manager.partner_id.id,
                    }
                ],
                {},
            ),
            ("mail.message", "write"): ([{"body": "Forged"}], {}),
            ("rating.rating", "write"): ([{"rating": 5}], {}),
            ("mail.thread", "message_process"): (["aftersales.case", MAIL], {}),
            ("res.groups", "write"): name,
            ("res.users", "write"): name,
            ("stock.picking", "action_use_for_aftersales_case"): ([], on_case),
            ("stock.picking", "create"): (
                [{"picking_type_id": cls.picking.picking_type_id.id}],
                {},
            ),
            ("stock.picking", "write"): ([{"origin": "Forged"}], {}),
        }
        cls.walk_calls |= {
            (wizard, "default_get"): ([["case_ids", "case_id", "name"]], {})
            for wizard in (
                "contact",
                "force",
                "handover",
                "merge",
                "move",
                "reopen",
                "split",
                "triage",
            )
            for wizard in [f"aftersales.{wizard}"]
        }

    @classmethod
    def _new_picking(cls):
        env = cls.env
        warehouse = env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.product = env["product.product"].create({"name": "Machine"})
        return env["stock.picking"].create(
            {
                "picking_type_id": warehouse.out_type_id.id,
                "partner_id": cls.customer.id,
            }
        )

    @classmethod
    def _new_parts(cls, case):
        """Return ``{model: record}`` of what can hang on a case."""
        env = cls.env
        common = {"case_id": case.id}
        return {
            "aftersales.approval": env["aftersales.approval"].create(
                common | {"group_id": env.ref("base.group_system").id}
            ),
            "aftersales.signature": env["aftersales.signature"]._sign(
                case, "work", b"Report", "Anna Janssen"
            ),
            "aftersales.case.event": case.event_ids[:1],
            "aftersales.case.line": env["aftersales.case.line"].create(
                common | {"product_id": cls.product.id}
            ),
            "aftersales.checklist.item": env["aftersales.checklist.item"].create(
                common | {"name": "Photo made"}
            ),
            "aftersales.intake": env["aftersales.intake"].create(
                common
                | {
                    "message_id": f"<{case.id}@test>",
                    "received_at": "2026-03-02 08:00:00",
                    "company_id": cls.company.id,
                    "state": "case",
                }
            ),
        }

    def test_methods_ask_for_rights(self):
        """Who may not write a case changes nothing of it by any public method."""
        self.assertMethodsAskForRights()

    def test_routes(self):
        """One that is added is tried first, as the one here is in ``test_receivers``."""
        self.assertEqual(
            find_routes(self.walk_addon),
            [
                "CaseCallController.open_call",
                "CaseThreadController.mail_thread_partner_from_email",
            ],
        )

    def test_system_fields_are_kept(self):
        """Nobody writes which job an activity tells of."""
        self.assertSystemFieldsAreKept(self.env.ref("base.user_admin"))

    def test_wizards_are_own(self):
        """A wizard shows cases and targets: nobody reads or writes another's."""
        self.assertWizardsAreOwn()

    def test_models_have_access(self):
        """No model is open to everybody by mistake."""
        self.assertModelsHaveAccess()

    def test_parts_follow_their_case(self):
        """Who merely reads a case changes no part of it, and adds none."""
        self.assertPartsFollowTheirCase(self._new_parts(self.own_case), self.agent)

    def test_open_wizard_of_a_manager(self):
        """Neither the title nor the target of somebody else's wizard is within reach."""
        manager = self._as(self.manager)
        split = manager["aftersales.split"].create(
            {"case_id": self.walk_case.id, "name": "Theft", "type_id": 1}
        )
        merge = manager["aftersales.merge"].create(
            {
                "case_ids": [Command.set(self.walk_case.ids)],
                "target_id": self.walk_case.id,
            }
        )
        for wizard in (split, merge):
            for operation in ("read", "write", "unlink"):
                self.assertFalse(self._as(self.agent, wizard).has_access(operation))
            self.assertTrue(wizard.has_access("read"))
            self.assertFalse(self._as(self.agent)[wizard._name].search([]))
