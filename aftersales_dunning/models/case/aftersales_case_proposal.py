from datetime import timedelta

from odoo import models
from odoo.fields import Domain

# How long before and after a delivery a hand-made invoice is looked for.
DAYS_BEFORE = 30
DAYS_AFTER = 120
MOST_LINES = 40


class AftersalesCase(models.Model):
    _inherit = "aftersales.case"

    def action_find_invoice(self):
        """Offer invoice lines for goods that no order ties to an invoice."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Find the Invoice"),
            "res_model": "aftersales.dunning.proposal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def _filter_bills(self, bills):
        """Return those invoice lines that bill something to the customer of this case.

        :param bills: invoice lines, with sudo
        """
        customer = self.partner_id.sudo().commercial_partner_id  # sudo: compared only
        return bills.filtered(
            lambda bill: (
                self
                and bill.move_id.move_type == "out_invoice"
                and bill.parent_state == "posted"
                and bill.display_type == "product"
                and bill.company_id == self.company_id
                and bill.move_id.commercial_partner_id == customer
            )
        )

    def _get_goods_proposals(self):
        """Return values of proposal lines: what may bill the goods without an order."""
        self.ensure_one()
        goods = self.line_ids.filtered(
            # sudo: whether there is an order, not what it says
            lambda line: line.concerned and not line.sudo()._get_billed_order_line()
        )
        goods -= self.share_ids.case_line_id
        if not goods or not self.partner_id:
            return []
        moves = goods.sudo().move_id  # sudo: service need not read stock moves
        day = min(moves.mapped("date")).date() if moves else self.reported_at.date()
        # sudo: service need not read invoices to find its customer's
        bills = (
            self.env["account.move.line"]
            .sudo()
            .search(
                Domain("product_id", "in", goods.product_id.ids)
                & Domain("move_id.move_type", "=", "out_invoice")
                & Domain("parent_state", "=", "posted")
                & Domain("company_id", "=", self.company_id.id)
                & Domain("sale_line_ids", "=", False)
                & Domain("quantity", ">", 0)
                & Domain(
                    "move_id.commercial_partner_id",
                    "=",
                    self.partner_id.commercial_partner_id.id,
                )
                & Domain("move_id.invoice_date", ">=", day - timedelta(DAYS_BEFORE))
                & Domain("move_id.invoice_date", "<=", day + timedelta(DAYS_AFTER)),
                order="date desc, id desc",
                limit=MOST_LINES,
            )
        )
        return [
            {
                "case_line_id": line.id,
                "invoice_line_id": bill.id,
                "quantity": min(
                    line.quantity,
                    bill._get_product_quantity(),
                ),
            }
            for line in goods
            for bill in bills
            if bill.product_id == line.product_id
        ]
