"""What the tests of goods share."""

from odoo.fields import Command
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

        cls.vat = cls.tax.copy({"name": "21 %", "amount": 21})
        cls.vat_included = cls.vat.copy(
            {"name": "21 % included", "price_include_override": "tax_included"}
        )

        cls.no_tax = cls.vat.copy({"name": "0 %", "amount": 0})

    def _reject(self, case):
        case.rejection_reason_id = self.env["aftersales.resolution"].search(
            [("outcome", "=", "rejected")], limit=1
        )
        case.action_reject()
        self.assertEqual(case.state, "rejected")

    def _sell(self, *lines, tax=None, products=None):
        """Order, deliver and bill lines of quantity, price and discount.

        :returns: the order, its slip and its invoice
        """
        products = products or [self.machine] * len(lines)
        order = self._new_order(*(line[0] for line in lines), products=products)
        for line, (_quantity, price, *discount) in zip(
            order.order_line, lines, strict=True
        ):
            line.write(
                {
                    "price_unit": price,
                    "discount": sum(discount),
                    "tax_ids": [Command.set((tax or self.vat).ids)],
                }
            )
        slip = self._deliver(order)
        return order, slip, self._bill(order)

    def _new_credit_note(self, *lines, post=True, **vals):
        """Post a credit note made by hand: lines of name or product, and amount."""
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "invoice_date": self.today,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": about if isinstance(about, str) else about.name,
                            "product_id": False if isinstance(about, str) else about.id,
                            "price_unit": amount,
                            "tax_ids": [Command.set(self.vat.ids)],
                        }
                    )
                    for about, amount in lines
                ],
            }
            | vals
        )
        if post:
            note.action_post()
        return note

    def _credit_lines(self, invoice, changes, post=True):
        """Reverse an invoice; ``{line: values}`` stay in the credit note, others go."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": self.today})
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        pairs = zip(invoice.invoice_line_ids, note.invoice_line_ids, strict=True)
        copies = {line.id: copy for line, copy in pairs}
        kept = note.invoice_line_ids.browse()
        for line, vals in changes.items():
            copies[line.id].write(vals)
            kept |= copies[line.id]
        (note.invoice_line_ids - kept).unlink()
        if post:
            note.action_post()
            self._match(invoice, note)
        return note

    def assertDue(self, invoice, held, due):
        """Assert what is held of an invoice, and what the next run asks for."""
        self.assertHeld({invoice: held})
        self.assertEqual(invoice.currency_id.round(invoice.due_now), due)
        total = sum(invoice.hold_ids.mapped("held_amount"))
        total = invoice.currency_id.round(total)
        self.assertEqual(total, held)

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
