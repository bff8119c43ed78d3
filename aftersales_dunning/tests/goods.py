"""What the tests of goods share."""

from odoo.tests import Form

from .common import DunningCommon


class GoodsCommon(DunningCommon):
    """Cases of this type hold the invoices of their goods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("aftersales_dunning.reason_product")
        cls.type_complaint.hold_reason_id = cls.reason
        cls.polish_customer = cls.env["res.partner"].create(
            {"name": "Kawiarnia Łukasz", "is_company": True}
        )

    def _assert_shown(self, case, expected, state="found"):
        """Assert ``{invoice: (quantity, amount held)}`` on the case's form."""
        self.env.flush_all()
        form = Form(self._as(self.agent, case))
        self.assertEqual(form.invoice_state, state)
        self.assertEqual(
            {row["move_id"]: row["quantity"] for row in self._rows(form, "share_ids")},
            {invoice.id: quantity for invoice, (quantity, _held) in expected.items()},
        )
        holds = self._rows(form, "hold_ids")
        self.assertEqual(
            {row["move_id"]: row["held_amount"] for row in holds if row["held_amount"]},
            {invoice.id: held for invoice, (_quantity, held) in expected.items()},
        )
