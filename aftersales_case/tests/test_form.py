from lxml import etree

from odoo.tests import HttpCase, tagged
from odoo.tools.safe_eval import safe_eval

from .common import AftersalesCommon, feature
from .test_gate_tours import GateToursSetup
from .test_signature import draw


@tagged("post_install", "-at_install")
class TestForm(AftersalesCommon):
    """The form of a case, put together of the views of the rooms."""

    def test_own_views_come_first(self):
        """A view of another addon, older after an update, finds what the rooms add."""
        form = self.env.ref("aftersales_case.aftersales_case_view_form")
        own = form.inherit_children_ids.filtered(
            lambda view: view.xml_id.startswith("aftersales_case.")
        )
        self.assertTrue(own)
        default = self.env["ir.ui.view"].default_get(["priority"])["priority"]
        self.assertLess(max(own.mapped("priority")), default)

    def test_words_suit_types_without_a_customer(self):
        """A report from within the company has no heading that speaks of a customer."""
        form = self._as(self.agent)["aftersales.case"].get_view(view_type="form")
        arch = etree.fromstring(form["arch"])
        headings = arch.findall(".//group[@name='customer']//separator")
        for name, heading in (("complaint", "Customer"), ("goods_receipt", "Report")):
            case = self._new_case(
                type_id=self.env.ref(f"aftersales_case.type_{name}").id
            )
            words = {"rule_hidden": case.rule_hidden}
            shown = [
                node.get("string")
                for node in headings
                if not safe_eval(node.get("invisible"), words)
            ]
            self.assertEqual(shown, [heading])
        placeholder = arch.find(".//field[@name='description']").get("placeholder")
        self.assertNotIn("customer", placeholder)


@tagged("post_install", "-at_install")
class TestFormTours(GateToursSetup, HttpCase):
    def test_fields_are_explained(self):
        """What a rule explains stands at its field, with a label or without."""
        self.type_complaint.properties_definition = [
            {"name": "count", "string": "How Many", "type": "integer"}
        ]
        self._rule("supplier_id", help="Who made it, not who brought it.")
        self._rule("description", help="In the words of the customer.")
        self._rule("properties.count", help="Broken ones only.")
        self._check_tour_form("aftersales_case_help")

    @feature("N-28")
    def test_signatures_are_shown(self):
        """Whoever opens a case sees who signed: what was drawn, and what was typed."""
        Signature = self.env["aftersales.signature"]
        Signature._sign(self.case, "work", b"Report 1", "Anna Janssen", image=draw())
        Signature._sign(self.case, "agreement", b"x", "Piet Janssen")
        self._check_tour_form("aftersales_case_signatures")

    def test_own_fields_are_edited_by_managers(self):
        """Who may not set up own fields is not led to a refusal by the menu."""
        self.case.reporter_id = self.reporter.partner_id
        for user, name in ((self.reporter, "reporter"), (self.manager, "manager")):
            self.start_tour(
                f"/odoo/reported-cases/{self.case.id}",
                f"aftersales_case_gear_of_{name}",
                login=user.login,
            )
        self.assertTrue(self.case.with_user(self.reporter).has_access("read"))
