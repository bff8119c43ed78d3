from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged

from .common import AftersalesCommon, AftersalesSetup, feature


class TestTypeAssistant(AftersalesCommon):
    def _start(self, source=None, name="Recall", code="RCX"):
        form = Form(self._as(self.manager)["aftersales.type.assistant"])
        if source:
            form.source_id = source
        form.name = name
        form.code = code
        wizard = form.save()
        wizard.action_next()
        return wizard

    def _finish(self, wizard):
        action = wizard.action_finish()
        return self.env["aftersales.case.type"].browse(
            action["context"]["default_type_id"]
        )

    def test_what_kinds_ask_for(self):
        """What an addon's kind asks for, it adds once: gate and assistant have it both."""
        gate = self.env["aftersales.type.assistant.gate"]
        requirement = self.env["aftersales.stage.requirement"]
        names = requirement._get_asked_names()
        self.assertEqual(gate._get_asked_names(), names)
        own = {"key", "attachment_kind_id", "minimum", "checklist_text", "group_id"}
        self.assertEqual(names[0], "kind")
        self.assertTrue(own <= set(names))
        for name in names:
            self.assertEqual(gate._fields[name].type, requirement._fields[name].type)

    @feature("B4-12", "I2-02", "I2-10")
    def test_type_from_nothing(self):
        """Stages, own fields, layout and gates, made by a manager in five steps."""
        wizard = self._start()
        self.assertEqual(wizard.step, "stages")
        states = wizard.stage_line_ids.mapped("state")
        self.assertEqual(states, ["new", "open", "done", "rejected", "cancelled"])
        with Form(wizard) as form, form.stage_line_ids.new() as line:
            line.name = "Being Inspected"
            line.state = "open"
            line.sequence = 2
        wizard.action_next()
        inspected = wizard.stage_line_ids.filtered(
            lambda line: line.name == "Being Inspected"
        )
        with Form(wizard) as form:
            with form.field_line_ids.new() as line:
                line.name = "Batch"
                line.kind = "char"
                line.required_from_id = inspected
            with form.field_line_ids.new() as line:
                line.name = "Danger"
                line.kind = "selection"
                line.options = "Low, High"
        wizard.action_next()
        self.assertEqual(wizard.step, "layout")
        keys = wizard.layout_line_ids.mapped("key")
        with Form(wizard) as form:
            with form.layout_line_ids.edit(keys.index("site_id")) as line:
                line.shown = False
            with form.layout_line_ids.edit(keys.index("product_ids")) as line:
                line.label = "Batch Concerned"
                line.required_from_id = inspected
        wizard.action_next()
        photo = self.env.ref("aftersales_case.attachment_kind_photo")
        with Form(wizard) as form, form.gate_line_ids.new() as line:
            line.stage_line_id = inspected
            line.kind = "attachment"
            line.attachment_kind_id = photo
            line.minimum = 2
        case_type = self._finish(wizard)
        self.assertEqual(case_type.code, "RCX")
        self.assertIn("Being Inspected", case_type.link_ids.stage_id.mapped("name"))
        self.assertEqual(
            [item["string"] for item in case_type.properties_definition],
            ["Batch", "Danger"],
        )
        rules = {rule.key: rule for rule in case_type.field_rule_ids}
        self.assertEqual(set(rules), {"properties.batch", "site_id", "product_ids"})
        self.assertTrue(rules["site_id"].hidden)
        case = self._new_case(type_id=case_type.id)
        stage = inspected._get_stage()
        self.assertEqual(
            sorted(item.label for item in case._missing_for(stage)[case]),
            ["2 × Photo", "Batch", "Batch Concerned"],
        )

    @feature("B4-12", "I2-02")
    def test_copy_keeps_what_is_not_touched(self):
        """Like an existing type: its flow, messages, rules and conditions come along."""
        source = self.env.ref("aftersales_case.type_dispute")
        wizard = self._start(source, "Price Dispute", "PDX")
        self.assertEqual(
            wizard.stage_line_ids.stage_id, source.link_ids.sorted().stage_id
        )
        case_type = self._finish(wizard)
        skipped = ("type", "plan")
        ours, theirs = case_type._export_package(), source._export_package()
        for key in ours.keys() - set(skipped) - {"rules"}:
            with self.subTest(key=key):
                self.assertEqual(ours[key], theirs[key])
        by_key = {rule["key"]: rule for rule in ours["rules"]}
        for rule in theirs["rules"]:
            self.assertEqual(by_key[rule["key"]], rule)
        self.assertEqual(case_type.activity_plan_id, source.activity_plan_id)

    def test_optional_fields(self):
        """A field of few types is not shown, until somebody ticks it: then it has a rule."""
        self.patch(
            type(self.env["aftersales.case"]),
            "_get_optional_fields",
            lambda _cases: {"site_id", "project_id"},
        )
        source = self.env.ref("aftersales_case.type_dispute")
        source.field_rule_ids.filtered(
            lambda rule: rule.key in ("site_id", "project_id")
        ).unlink()
        wizard = self._start(source, "Price Dispute", "PDX")
        lines = {line.key: line for line in wizard.layout_line_ids}
        self.assertFalse(lines["site_id"].shown or lines["project_id"].shown)
        lines["site_id"].shown = True
        rules = {r.key: r.hidden for r in self._finish(wizard).field_rule_ids}
        self.assertIs(rules["site_id"], False)
        self.assertNotIn("project_id", rules)

    def test_removed_stage_leaves_no_trace(self):
        """A stage taken out is asked for by no rule, move or gate."""
        source = self.env.ref("aftersales_case.type_service")
        wizard = self._start(source, "Quick Service", "QSX")
        settle = self.env.ref("aftersales_case.stage_settle")
        wizard.stage_line_ids.filtered(lambda line: line.stage_id == settle).unlink()
        case_type = self._finish(wizard)
        links = case_type.link_ids
        self.assertNotIn(settle, links.stage_id | links.next_ids)
        warranty = case_type.field_rule_ids.filtered(
            lambda rule: rule.key == "properties.warranty"
        )
        self.assertFalse(warranty.required_from_id)

    def test_added_stage_can_be_reached(self):
        """A stage put between others that name their next ones is among these."""
        source = self.env.ref("aftersales_case.type_service")
        wizard = self._start(source, "Long Service", "LSX")
        wizard.stage_line_ids.create(
            {
                "assistant_id": wizard.id,
                "name": "Tested",
                "sequence": 2,
                "state": "open",
            }
        )
        case_type = self._finish(wizard)
        link = case_type.link_ids.sorted()[1]
        tested = case_type.link_ids.stage_id.filtered(lambda s: s.name == "Tested")
        self.assertIn(tested, link.next_ids)

    def test_what_would_fail_is_said_at_once(self):
        """A taken code, a flow without start, a stage twice: refused on that page."""
        with self.assertRefused(UserError, "is the code of"):
            self._start(code=self.type_complaint.code)
        wizard = self._start()
        line = wizard.stage_line_ids[0]
        line.unlink()
        with self.assertRefused(UserError, "at least one must be in state New"):
            wizard.action_next()
        wizard = self._start()
        wizard.stage_line_ids.create(
            {"assistant_id": wizard.id, "name": "new", "state": "open"}
        )
        with self.assertRefused(UserError, "stands there twice"):
            wizard.action_next()

    def test_code_follows_the_name(self):
        """A free code is proposed while the name is typed."""
        form = Form(self._as(self.manager)["aftersales.type.assistant"])
        form.name = "tc mp"
        self.assertEqual(form.code, "TCM")
        self.type_service.code = "TCM"
        form.name = "tcm"
        self.assertEqual(form.code, "TCM2")

    def test_back_loses_nothing(self):
        """Going back and forth keeps what was filled in; another source starts anew."""
        wizard = self._start()
        wizard.stage_line_ids[1].name = "Kept"
        wizard.action_back()
        wizard.action_next()
        self.assertIn("Kept", wizard.stage_line_ids.mapped("name"))
        wizard.action_back()
        wizard.source_id = self.type_service
        wizard.action_next()
        self.assertNotIn("Kept", wizard.stage_line_ids.mapped("name"))

    def test_managers_only(self):
        """Nobody else starts the assistant."""
        with self.assertRaises(AccessError):
            self._as(self.leader)["aftersales.type.assistant"].create({"name": "X"})


@tagged("post_install", "-at_install")
class TestTypeAssistantTour(AftersalesSetup, HttpCase):
    @feature("B4-12", "I2-02", "I2-10", "I2-25")
    def test_manager_makes_a_type_in_the_browser(self):
        """A manager, and no more than that, makes a type and tries it on a case."""
        groups = self.manager.all_group_ids
        self.assertNotIn(self.env.ref("base.group_system"), groups)
        self.start_tour(
            "/odoo/action-aftersales_case.aftersales_overview_action",
            "aftersales_case_type_assistant",
            login="as_manager",
            timeout=180,
        )
        case_type = self.env["aftersales.case.type"].search([("name", "=", "Recall")])
        self.assertEqual(case_type.create_uid, self.manager)
        self.assertIn("Being Inspected", case_type.link_ids.stage_id.mapped("name"))
        self.assertEqual(
            [item["string"] for item in case_type.properties_definition],
            ["Batch Number", "Danger"],
        )
        case = self.env["aftersales.case"].search([("type_id", "=", case_type.id)])
        self.assertEqual(case.name, "Example")
        self.assertEqual(case.stage_id.name, "Being Inspected")
        self.assertEqual(case.properties["batch_number"], "L-17")
