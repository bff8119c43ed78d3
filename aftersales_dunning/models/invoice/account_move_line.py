from odoo import api, models

from odoo.addons.aftersales_case.const import OPEN_STATES

from ...const import SYNC
from ...engine.allocation import EPSILON, split_money


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.depends("move_id.is_fully_held")
    def _compute_no_followup(self):
        """Keep the published hold, whatever lets Odoo compute its flag anew."""
        res = super()._compute_no_followup()
        self.filtered("move_id.is_fully_held").no_followup = True
        return res

    # === Goods of cases === #

    def _split_among_shares(self):
        """Compute the money of the shares of these lines, which add up to the cent.

        What a credit note took off the price is no longer disputed. Cases that are
        about the very same goods dispute the same money, each for itself; the invoice
        is never held above what is open.
        """
        # sudo: service needs no rights in accounting for the goods to be found
        shares = (
            self.env["aftersales.dunning.share"]
            .sudo()
            .search(
                [
                    ("invoice_line_id", "in", self.ids),
                    ("case_id.state", "in", OPEN_STATES),
                ],
                order="id",
            )
        )
        credits = shares.invoice_line_id._get_price_credits()
        for line, own in shares.grouped("invoice_line_id").items():
            total = line.price_total - credits.get(line, 0)
            whole = line._get_product_quantity()
            wanted = sum(own.mapped("quantity"))
            if line.product_id.uom_id.compare(wanted, whole) <= 0:
                line._split_money(own, total, whole)
                continue
            for of_case in own.grouped("case_id").values():
                line._split_money(of_case, total, whole)

    def _split_money(self, shares, total, whole):
        self.ensure_one()
        amounts = split_money(
            total, shares.mapped("quantity"), whole, self.currency_id.round
        )
        for share, amount in zip(shares, amounts, strict=True):
            if self.currency_id.compare_amounts(share.amount, amount):
                share.with_context(aftersales_sync=SYNC).amount = amount

    def _get_product_quantity(self):
        """Return what this line bills, in the product's own unit."""
        self.ensure_one()
        return self.product_uom_id._compute_quantity(
            self.quantity, self.product_id.uom_id, round=False
        )

    def _get_billed_moves(self, quantity):
        """Say which deliveries this line bills, up to a quantity, in its own order.

        :param quantity: in the product's own unit
        :returns: ``[(stock move, quantity)]``; an empty move stands for what the line
            bills and no delivery of it is known
        """
        self.ensure_one()
        Move = self.env["stock.move"]
        result = []
        for allocation in self.sale_line_ids._get_allocations().values():
            for (move_id, bill_id), billed in allocation.shares.items():
                part = min(billed, quantity) if bill_id == self.id else 0
                if part > EPSILON:
                    result.append((Move.browse(move_id), part))
                    quantity -= part
        return [*result, (Move, quantity)] if quantity > EPSILON else result

    def _get_price_credits(self):
        """Return ``{invoice line: amount, with tax}`` that credit notes took off prices.

        A credit counts for the line of the same sale line on the invoice it reverses.
        """
        result = {}
        allocations = self.sale_line_ids._get_allocations()
        for line in self:
            for sale_line in line.sale_line_ids:
                for bill_id in allocations[sale_line].money_credits:
                    refund = self.browse(bill_id)
                    if refund.move_id.reversed_entry_id == line.move_id:
                        result[line] = result.get(line, 0) + refund.price_total
        return result
