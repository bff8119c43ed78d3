from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form

from odoo.addons.aftersales_case.engine import package
from odoo.addons.aftersales_case.models.type.aftersales_field_rule import (
    PROPERTY_PREFIX,
)

from .common import AftersalesCommon, feature

NAMES = {
    "complaint": ("Complaint", "customer"),
    "dispute": ("Dispute", "customer"),
    "remark": ("Remark", "customer"),
    "issue": ("Issue", "customer"),
    "call": ("Call", "customer"),
    "ticket": ("Ticket", "customer"),
    "service": ("Service", "customer"),
    "work_order": ("Work Order", "customer"),
    "warranty": ("Warranty", "customer"),
    "goods_receipt": ("Goods Receipt", "supplier"),
    "internal_report": ("Internal Report", "internal"),
    "open_point": ("Open Point", "project"),
}


class TestShippedTypes(AftersalesCommon):
    """The types as they are shipped, in copies that other tests do not change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.types = {
            name: cls.env.ref(f"aftersales_case.type_{name}").copy(
                {"company_id": cls.company.id, "team_id": cls.team.id}
            )
            for name in NAMES
        }
        cls.project = cls.env["project.project"].create(
            {"name": "New Bar", "company_id": cls.company.id}
        )
        cls.supplier = cls.env["res.partner"].create({"name": "Snelvracht"})

    def _case_of(self, name, **vals):
        return self._new_case(
            type_id=self.types[name].id,
            user_id=self.agent.id,
            project_id=self.project.id,
            supplier_id=self.supplier.id,
            **vals,
        )

    def _stage(self, name):
        return self.env.ref(f"aftersales_case.stage_{name}")

    def _labels(self, case, stage):
        return [item.label for item in case._missing_for(self._stage(stage))[case]]

    def _attach(self, case, kind, count=1):
        self.env["ir.attachment"].create(
            [
                {
                    "name": f"{kind}{number}",
                    "raw": b"x",
                    "res_model": case._name,
                    "res_id": case.id,
                    "aftersales_kind_id": self.env.ref(
                        f"aftersales_case.attachment_kind_{kind}"
                    ).id,
                }
                for number in range(count)
            ]
        )

    @feature("I2-03", "I2-07")
    def test_twelve_types_ready_to_use(self):
        """The usual kinds are there; each starts in New, can end, and has its actions."""
        for name, (title, origin) in NAMES.items():
            with self.subTest(name=name):
                case_type = self.env.ref(f"aftersales_case.type_{name}")
                self.assertEqual(case_type.name, title)
                self.assertEqual(case_type.origin, origin)
                links = case_type.link_ids.sorted()
                self.assertEqual(links[0].stage_id, self.stage_new)
                states = set(links.mapped("state"))
                self.assertLessEqual({"new", "open", "done", "cancelled"}, states)
                self.assertTrue(case_type.activity_plan_id.template_ids)
                self.assertTrue(case_type.properties_definition)
                self.assertEqual(self._case_of(name).state, "new")
        codes = [case_type.code for case_type in self.types.values()]
        self.assertEqual(len(set(codes)), 12)

    @feature("I2-02")
    def test_shipped_types_are_freely_changeable(self):
        """Types are data: an update of the addon changes none, a manager renames them."""
        records = self.env["ir.model.data"].search(
            [
                ("module", "=", "aftersales_case"),
                ("model", "in", ["aftersales.case.type", "aftersales.type.stage"]),
            ]
        )
        self.assertTrue(records)
        self.assertTrue(all(records.mapped("noupdate")))
        case_type = self._as(self.manager, self.types["remark"])
        with Form(case_type) as form:
            form.name = "Praise and Blame"
            form.origin = "internal"
        self.assertEqual(case_type.name, "Praise and Blame")

    def test_rules_and_conditions_fit_their_types(self):
        """Every rule, condition and requirement names a field that its type has."""
        for name in NAMES:
            case_type = self.env.ref(f"aftersales_case.type_{name}")
            keys = case_type._get_rule_keys()
            rules = case_type.field_rule_ids
            used = rules.mapped("key") + rules.condition_ids.mapped("key")
            used += case_type.link_ids.requirement_ids.filtered("key").mapped("key")
            with self.subTest(name=name):
                self.assertLessEqual(set(used), keys)
                own = {key for key in keys if key.startswith(PROPERTY_PREFIX)}
                # A rule's label can be translated, a property's name cannot.
                self.assertLessEqual(own, set(rules.filtered("label").mapped("key")))

    @feature("I2-09", "I2-16", "I2-17", "I2-15")
    def test_standard_fields_to_classify(self):
        """Products, their groups, supplier, project, category and tags are kept."""
        products = self.env["product.product"].create([{"name": "A"}, {"name": "B"}])
        group = self.env["product.category"].create({"name": "Machines"})
        category = self.env.ref("aftersales_case.category_delivery")
        tag = self.env["aftersales.tag"].create({"name": "Autumn"})
        hidden = self.types["goods_receipt"].field_rule_ids.filtered("hidden")
        self._as(self.manager, hidden).hidden = False
        form = Form(self._as(self.agent)["aftersales.case"])
        form.type_id = self.types["goods_receipt"]
        form.name = "Pallet short"
        form.supplier_id = self.supplier
        form.project_id = self.project
        form.product_ids.add(products[0])
        form.product_ids.add(products[1])
        form.product_categ_ids.add(group)
        form.category_id = category
        form.tag_ids.add(tag)
        case = form.save()
        self.assertEqual(case.product_ids, products)
        self.assertEqual((case.category_id, case.tag_ids), (category, tag))
        self.assertEqual(case.supplier_id, self.supplier)
        self.assertEqual(case.project_id, self.project)
        self.assertEqual(case.origin, "supplier")
        self.assertEqual(case.product_categ_ids, group)

    @feature("I2-04", "I2-25")
    def test_forms_look_different(self):
        """The same form hides, names and asks other fields on each of the types."""
        form = Form(self._as(self.agent)["aftersales.case"])
        form.type_id = self.types["complaint"]
        self.assertTrue(form._get_modifier("site_id", "invisible"))
        self.assertFalse(form._get_modifier("supplier_id", "invisible"))
        self.assertEqual(form.rule_labels["cause_id"], "Cause of the Complaint")
        form.type_id = self.types["service"]
        self.assertFalse(form._get_modifier("site_id", "invisible"))
        self.assertTrue(form._get_modifier("supplier_id", "invisible"))
        self.assertEqual(form.rule_labels["cause_id"], "Fault Found")
        form.type_id = self.types["internal_report"]
        self.assertTrue(form._get_modifier("partner_id", "invisible"))

    @feature("B4-32")
    def test_settling_asks_for_correct_data(self):
        """The executor's form passes to To Be Settled with the right data only."""
        case = self._case_of("service")
        self.assertEqual(case.checklist_ids.mapped("name"), ["Device is complete"])
        case.checklist_ids.done = True
        case.stage_id = self._stage("assigned")
        case = self._as(self.agent, case)
        with self.assertRefused(UserError, "“Warranty” is not filled in"):
            with Form(case) as form:
                form.stage_id = self._stage("settle")
        case.invalidate_recordset()
        self.assertEqual(case.stage_id, self._stage("assigned"))
        case.properties = {"warranty": "no"}
        with Form(case) as form:
            form.stage_id = self._stage("settle")
        self.assertEqual(case.stage_id, self._stage("settle"))

    @feature("B4-12", "B4-25")
    def test_service_follows_its_flow(self):
        """New, assigned, settled, shipped or picked up, finished: no step is skipped."""
        case = self._as(self.agent, self._case_of("service"))
        with self.assertRefused(UserError, "a case goes to"):
            case.stage_id = self._stage("settle")
        with self.assertRefused(UserError, "Device is complete"):
            case.stage_id = self._stage("assigned")
        case.checklist_ids.done = True
        case.stage_id = self._stage("assigned")
        with self.assertRefused(UserError, "“Warranty” is not filled in"):
            case.stage_id = self._stage("settle")
        case.properties = {"warranty": "no"}
        case.stage_id = self._stage("settle")
        case = self._as(self.manager, case)
        case.stage_id = self._stage("pickup")
        self.assertEqual((case.state, case.waiting_for), ("waiting", "customer"))
        with self.assertRefused(UserError, "“Fault Found” is not filled in"):
            case.stage_id = self._stage("finished")
        self._complete(case)
        case.stage_id = self._stage("finished")
        self.assertEqual(case.state, "done")

    @feature("B4-12")
    def test_service_is_rejected_with_a_reason(self):
        """To be rejected comes before rejected, which asks for the reason."""
        case = self._case_of("service")
        with self.assertRefused(UserError, "a case goes to"):
            case.stage_id = self.stage_rejected
        case.stage_id = self._stage("reject")
        with self.assertRefused(UserError, "“Rejection Reason” is not filled in"):
            case.stage_id = self.stage_rejected
        case.rejection_reason_id = self.env.ref(
            "aftersales_case.resolution_too_expensive"
        )
        case.stage_id = self.stage_rejected
        self.assertEqual(case.state, "rejected")

    @feature("B4-14")
    def test_warranty_asks_for_its_proof(self):
        """A warranty needs device, serial number, date and proof of purchase."""
        case = self._case_of("warranty")
        self.assertEqual(
            sorted(self._labels(case, "assigned")),
            ["1 × Proof of Purchase", "Date of Purchase", "Device", "Serial Number"],
        )
        case.product_ids = self.env["product.product"].create({"name": "Machine"})
        case.properties = {
            "serial": "B2-1",
            "purchase_date": fields.Date.to_date("2026-01-31"),
        }
        self._attach(case, "photo")
        self.assertEqual(self._labels(case, "assigned"), ["1 × Proof of Purchase"])
        self._attach(case, "purchase")
        self.assertFalse(self._labels(case, "assigned"))

    @feature("B4-22")
    def test_dispute_asks_what_it_is_about(self):
        """A dispute about a price asks for the price, one about a quantity for that."""
        case = self._case_of("dispute", properties={"dispute_about": "price"})
        self._complete(case)
        self._attach(case, "invoice")
        case.properties = {"dispute_about": "price", "invoice": "INV/1"}
        case.stage_id = self.stage_progress
        self.assertIn("properties.quantity", case.rule_hidden)
        self.assertEqual(self._labels(case, "solved"), ["Price Agreed"])
        case.properties = {"dispute_about": "quantity", "invoice": "INV/1"}
        self.assertIn("properties.price_agreed", case.rule_hidden)
        self.assertEqual(self._labels(case, "solved"), ["Quantity Concerned"])

    def test_open_point_belongs_to_a_project(self):
        """An open point needs its project from the start, and a yes before the end."""
        with self.assertRefused(UserError, "“Project” is not filled in"):
            self._as(self.agent)["aftersales.case"].create(
                {"name": "Socket missing", "type_id": self.types["open_point"].id}
            )
        case = self._case_of("open_point")
        self.assertIn("Approval by Team Leader", self._labels(case, "finished"))

    @feature("B4-13")
    def test_one_rule_drives_form_and_gate(self):
        """One row of the rule table: the form requires the field, and the gate asks it."""
        case_type = self.types["complaint"]
        rule = case_type.field_rule_ids.filtered(lambda r: r.key == "supplier_id")
        self.assertFalse(rule)
        rule = self.env["aftersales.field.rule"].create(
            {
                "type_id": case_type.id,
                "key": "supplier_id",
                "label": "Carrier",
                "required_from_id": self.stage_progress.id,
                "condition_ids": [(0, 0, {"key": "impact", "value": "3"})],
            }
        )
        case = self._new_case(
            type_id=case_type.id, user_id=self.agent.id, impact="3", urgency="1"
        )
        case = self._as(self.agent, case)
        with self.assertRefused(UserError, "“Carrier” is not filled in"):
            case.stage_id = self.stage_progress
        case.supplier_id = self.supplier
        case.stage_id = self.stage_progress
        with Form(case) as form:
            self.assertTrue(form._get_modifier("supplier_id", "required"))
            self.assertEqual(form.rule_labels["supplier_id"], "Carrier")
            form.impact = "1"
            self.assertTrue(form._get_modifier("supplier_id", "invisible"))
        # Taken away, it is asked nowhere any more.
        rule.unlink()
        other = self._new_case(type_id=case_type.id, impact="3")
        other.stage_id = self.stage_progress
        self.assertEqual(other.state, "open")

    @feature("N-14")
    def test_every_shipped_type_is_a_package(self):
        """Each shipped type can be exported, and the export is a valid package."""
        choices = self.env["aftersales.type.import"]._get_choices()
        form = self.env["aftersales.stage.requirement"]._get_package_form()
        for name in NAMES:
            case_type = self.env.ref(f"aftersales_case.type_{name}")
            with self.subTest(name=name):
                package.check(case_type._export_package(), choices, form)
