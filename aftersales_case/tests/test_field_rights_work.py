from lxml import etree

from odoo.fields import Command
from odoo.tests import Form

from .common import feature
from .gateway import INBOX, GatewayCommon, write_mail
from .test_field_rights import VIEWS, FieldRightsCommon


class TestEverythingRestricted(FieldRightsCommon, GatewayCommon):
    """Whatever is kept from agents, they go on working."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in cls.env["aftersales.case"]._get_restrictable_fields():
            if not cls.env["aftersales.case"]._get_field_right(name):
                cls._restrict(name, read=["leader"])
        cls.case = cls.env["aftersales.case"].create(
            {
                "name": "Machine leaks",
                "type_id": cls.type_complaint.id,
                "contact_id": cls.contact.id,
                "company_id": cls.company.id,
                "user_id": cls.agent.id,
                "description": "Wet floor",
            }
        )

    def test_work_goes_on(self):
        """Opening, saving, writing, moving, splitting, merging, copying, mailing."""
        case = self._as(self.agent, self.case)
        for kind in VIEWS:
            arch = case.get_views([[False, kind]])["views"][kind]["arch"]
            names = {
                node.get("name")
                for node in etree.fromstring(arch).iter("field")
                if next(node.iterancestors("field"), None) is None
            }
            if kind in ("form", "list", "kanban"):
                case.web_read({name: {} for name in names})
        with Form(case) as form:
            form.name = "Machine leaks again"
            form.product_ids.add(self.env["product.product"].create({"name": "P"}))
        form = Form(case.browse())
        form.name = "Machine leaks again"
        form.type_id = self.type_complaint
        form.contact_id = self.contact
        other = form.save()
        case.stage_id = self.stage_progress
        case.message_post(body="Hello", subtype_xmlid="mail.mt_comment")
        case._message_get_suggested_recipients()
        composer = Form(
            case.env["mail.compose.message"].with_context(
                default_model=case._name, default_res_ids=case.ids
            )
        )
        composer.body = "Hello"
        composer.save()._action_send_mail()
        case.copy()
        split = Form(case.env["aftersales.split"].with_context(active_ids=case.ids))
        split.name = "Part"
        split.save().action_split()
        merge = case.env["aftersales.merge"].with_context(
            active_model=case._name, active_ids=(case | other).ids
        )
        Form(merge).save().action_merge()
        told = " ".join(str(body) for body in (case | other).message_ids.mapped("body"))
        self.assertIn("Merged", told)
        self.assertNotIn("Wet floor", told)
        self.assertTrue(case.history_html)

    def test_messages_of_templates(self):
        """Agents send messages whose address and reason they may not see."""
        self.case.rejection_reason_id = self.env["aftersales.resolution"].search(
            [], limit=1
        )
        template = self.env.ref("aftersales_case.template_rejected")
        for mode in ("comment", "mass_mail"):
            self.env.invalidate_all()
            composer = (
                self._as(self.agent)["mail.compose.message"]
                .with_context(
                    default_composition_mode=mode,
                    default_model=self.case._name,
                    default_res_ids=self.case.ids,
                    default_template_id=template.id,
                )
                .create({"force_send": False})
            )
            composer._action_send_mail()
            sent = self.env["mail.mail"].search([("res_id", "=", self.case.id)])[:1]
            with self.subTest(mode):
                self.assertEqual(sent.recipient_ids, self.contact)
                self.assertFalse(sent.email_to)
                self.assertNotIn("Reason", sent.body_html)
                self.assertIn("cannot accept it", sent.body_html)

    def test_contact_of_a_sender(self):
        """A contact is made without the number that its maker may not see."""
        self.env["aftersales.field.right"].search(
            [("key", "=", "aftersales.case.email")]
        ).unlink()
        case = self.case.copy({"user_id": self.agent.id})
        case.write({"partner_id": False, "contact_id": False})
        case.write({"email": "new@elsewhere.example", "phone": "+31207940009"})
        wizard = self._as(self.agent)["aftersales.contact"].with_context(
            active_id=case.id
        )
        with Form(wizard) as form:
            form.name = "New"
        form.record.action_apply()
        self.assertEqual(case.contact_id.email, "new@elsewhere.example")
        self.assertFalse(case.contact_id.phone)

    def test_reporter_reports(self):
        """Somebody without a role reports, and reads his report."""
        form = Form(
            self._as(self.reporter)["aftersales.case"],
            "aftersales_case.aftersales_case_view_form_report",
        )
        form.name = "Broken"
        form.type_id = self.type_complaint
        form.contact_id = self.contact
        case = form.save()
        self.assertEqual(case.sudo().phone, "+31207940001")

    def test_computed_fields(self):
        """What is computed for everybody does not stumble over a field for few."""
        case = self._as(self.agent, self.case)
        for name, field in case._fields.items():
            with self.subTest(field=name):
                self.env.invalidate_all()
                if case._has_field_access(field, "read") and not field.groups:
                    self.assertEqual(len(case.read([name])), 1)

    def test_mail_comes_in(self):
        """Mail becomes a case whoever wrote it, and whoever sorts it."""
        case = self._receive_case(write_mail(From=self.customer.email))
        self.assertIn("leaks", case.description)
        intake = self._as(self.agent, self._receive(write_mail(To=INBOX)))
        intake.type_id = self.type_complaint
        intake.action_make_case()
        self.assertEqual(intake.case_id.sudo().email, "anna@janssen.example")

    def test_claim_is_decided(self):
        """A decision tells no address in its note, and takes over what it may."""
        for decide in ("action_confirm_claim", "action_reject_claim"):
            case = self.case.copy({"user_id": self.agent.id})
            case.write(
                {
                    "partner_id": False,
                    "contact_id": False,
                    "email": "unknown@janssen.example",
                }
            )
            case.write({"claimed_partner_id": self.contact.id, "claim_reason": "slip"})
            getattr(self._as(self.agent, case), decide)()
            self.assertNotIn("unknown@", self._get_texts(case))
            self.assertEqual(case.email, "unknown@janssen.example")

    def test_slip_fills_in(self):
        """A slip fills in the supplier by itself, which its finder does not see."""
        supplier = self.env["res.partner"].create({"name": "Vendor"})
        product = self.env["product.product"].create(
            {
                "name": "Boiler",
                "seller_ids": [Command.create({"partner_id": supplier.id})],
            }
        )
        with Form(self._as(self.agent, self.case)) as form:
            form.product_ids.add(product)
        self.assertFalse(self.case.supplier_id)
        with Form(self._as(self.leader, self.case)) as form:
            form.product_ids.remove(product.id)
            form.product_ids.add(product)
        self.assertEqual(self.case.supplier_id, supplier)

    def test_suggestions_ask_no_hidden_field(self):
        """Whoever may not see addresses learns from no suggestion whose they are."""
        self.case.write(
            {"partner_id": False, "contact_id": False, "email": "x@y.example"}
        )
        self.env.flush_all()
        new = {"name": "Machine leaks", "email": "x@y.example"}
        found = self._as(self.leader)["aftersales.case"].new(new).customer_case_ids
        self.assertIn(self.case, found._origin)
        found = self._as(self.agent)["aftersales.case"].new(new).customer_case_ids
        self.assertNotIn(self.case, found._origin)

    @feature("B4-98")
    def test_views_of_others(self):
        """A list of cases inside another model's form leaves the same fields out."""
        view = self.env["ir.ui.view"].create(
            {
                "name": "partner",
                "model": "aftersales.merge",
                "arch": """<form>
                    <field name="case_ids"><list>
                        <field name="name" invisible="cause_id"/>
                        <field name="cost"/>
                    </list></field>
                </form>""",
            }
        )
        for user, seen in ((self.agent, False), (self.leader, True)):
            merge = self._as(user)["aftersales.merge"]
            arch = merge.get_view(view.id)["arch"]
            self.assertEqual('name="cost"' in arch, seen)
            self.assertEqual("cause_id" in arch, seen)

    @feature("B4-98", "B4-22")
    def test_search_asks_nothing_hidden(self):
        """Filters and groups of fields for few are for few."""
        for user, seen in ((self.agent, False), (self.leader, True)):
            case = self._as(user)["aftersales.case"]
            root = etree.fromstring(case.get_view(view_type="search")["arch"])
            names = {node.get("name") for node in root.iter("filter", "field")}
            for name in ("group_cause", "group_supplier", "description", "email"):
                self.assertEqual(name in names, seen, name)
            self.assertIn("group_team", names)

    def test_customer_has_no_access(self):
        """A portal user reads no field, whatever the rights say."""
        portal = self.env["res.users"].create(
            {
                "name": "Anna",
                "login": "anna",
                "partner_id": self.contact.id,
                "group_ids": [Command.set([self._role("base.group_portal")])],
            }
        )
        for name in ("cost", "restricted_properties"):
            self.assertFalse(
                self.case.with_user(portal)._has_field_access(
                    self.case._fields[name], "read"
                )
            )
