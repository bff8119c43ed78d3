from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aftersales_case.tests.deliveries import DeliveriesMixin

from .common import PortalCommon


class TestDocuments(DeliveriesMixin, PortalCommon):
    """The documents that a case is about, as far as the customer may see them."""

    def _labels(self, user, case):
        return [document["label"] for document in self._page(user, case)["documents"]]

    def test_deliveries(self):
        """Deliveries of his own, and what came back of them; nothing of others."""
        slip = self._picking((self.pump, 2))
        case = self._new_case(picking_id=slip.id, reporter_id=self.ivo.partner_id.id)
        back = slip.copy({"return_id": slip.id})
        labels = [f"Delivery {slip.name}", f"Return {back.name}"]
        self.assertEqual(self._labels(self.anna, case), labels)
        self.assertEqual(self._labels(self.ivo, case), [], "not of his company")
        back.action_cancel()
        self.assertEqual(self._labels(self.anna, case), labels[:1])
        self.type_complaint.portal_documents = False
        self.assertEqual(self._labels(self.anna, case), [])
        self.type_complaint.portal_documents = True
        case.write({"partner_id": self.other.id, "contact_id": self.cleo.partner_id.id})
        self.assertEqual(self._labels(self.cleo, case), [], "the former customer's")


@tagged("post_install", "-at_install")
class TestInvoices(PortalCommon):
    """Invoices that another addon names for a case."""

    def test_invoices(self):
        """Posted ones of the customer, with a link to their page; no others."""
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=self.company, install_demo=False
        )
        product = self.env["product.product"].create({"name": "Pump"})
        line = Command.create({"product_id": product.id, "price_unit": 5})
        common = {"company_id": self.company.id, "invoice_date": "2025-01-01"}
        moves = self.env["account.move"].create(
            [
                common
                | {"move_type": kind, "partner_id": p.id, "invoice_line_ids": [line]}
                for kind, p in (
                    ("out_invoice", self.customer),
                    ("out_refund", self.customer),
                    ("out_invoice", self.customer),
                    ("out_invoice", self.other),
                )
            ]
        )
        (moves - moves[2]).action_post()
        case = self._new_case()
        self.patch(type(case), "_get_invoices", lambda _case: moves.sudo())
        documents = self._page(self.anna, case)["documents"]
        self.assertEqual(
            [(document["label"], document["url"]) for document in documents],
            [
                (f"Invoice {moves[0].name}", f"/my/invoices/{moves[0].id}"),
                (f"Credit note {moves[1].name}", f"/my/invoices/{moves[1].id}"),
            ],
        )
        self.assertEqual(documents[0]["date"], "01/01/2025")
