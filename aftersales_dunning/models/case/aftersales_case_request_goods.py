from odoo import models
from odoo.fields import Command

from ...const import SYNC
from ...engine.allocation import EPSILON, concern


class AftersalesCase(models.Model):
    """The delivered goods that invoice lines bill, taken into the case."""

    _inherit = "aftersales.case"

    def _add_requested_goods(self, lines):
        """Let the case be about what these invoice lines bill. Called with sudo.

        Goods are taken in the order in which the line took them, first in, first out.
        What it bills without a delivery is named by its product. A line without a
        product bills no goods.

        :param lines: ``{invoice line: quantity}``, in the unit of the line
        """
        self.ensure_one()
        for bill, quantity in lines.items():
            product = bill.product_id
            if not product:
                continue
            unit = bill.product_uom_id or product.uom_id
            wanted = unit._compute_quantity(quantity, product.uom_id, round=False)
            for move, part in bill._get_billed_moves(wanted):
                self._take_requested(bill, move, part)

    def _take_requested(self, bill, move, quantity):
        """Take a quantity of a delivery, or of a product, that an invoice line bills.

        :param move: ``stock.move``; empty for what was not delivered
        """
        own = self._get_requested_goods(bill, move)
        if not own:
            self.env["aftersales.case.line"].create(
                self._prepare_requested_vals(bill, move, quantity)
            )
            return
        elsewhere = own.share_ids.filtered(lambda share: share.invoice_line_id != bill)
        by_hand = own.share_ids.filtered("is_manual")
        if not (elsewhere | by_hand) and self._is_found_by_itself(bill, move, quantity):
            self._set_requested_quantity(own, quantity)
            return
        own.share_ids.is_manual = True  # what stands on other invoices stays there
        total = quantity + sum(elsewhere.mapped("quantity"))
        self._set_requested_quantity(own, total)
        self._put_on_bill(own, bill, quantity)
        self._sync_goods()

    def _put_on_bill(self, goods, bill, quantity):
        """Let goods stand on an invoice line by hand, with a quantity in all."""
        Share = self.env["aftersales.dunning.share"].with_context(aftersales_sync=SYNC)
        for line in goods:
            shares = line.share_ids.with_context(aftersales_sync=SYNC)
            here = shares.filtered(lambda share: share.invoice_line_id == bill)
            room = line.quantity - sum((shares - here).mapped("quantity"))
            part = max(min(room, quantity), 0)
            quantity -= part
            vals = {"quantity": part, "is_manual": True}
            if here and part > EPSILON:
                here.write(vals)
            elif here:
                here.unlink()
            elif part > EPSILON:
                Share.create(
                    vals | {"case_line_id": line.id, "invoice_line_id": bill.id}
                )

    def _get_requested_goods(self, bill, move):
        """Return the goods of this case that an invoice line bills already."""
        return self.line_ids.filtered(
            lambda line: (
                line.move_id == move
                and line.product_id == (move.product_id or bill.product_id)
                and (move or bill in line.share_ids.invoice_line_id)
            )
        )

    def _set_requested_quantity(self, goods, quantity):
        """Spread a quantity over the goods (lots) of one delivery, in order."""
        for line in goods:
            most = line.delivered if line.move_id else quantity
            part = min(quantity, most)
            quantity -= part
            is_concerned = part > EPSILON
            vals = {"quantity": part} if is_concerned else {}
            if line.concerned != is_concerned or (
                is_concerned and line.product_uom_id.compare(line.quantity, part)
            ):
                line.write(vals | {"concerned": is_concerned})

    def _prepare_requested_vals(self, bill, move, quantity):
        """Hook: return the values of the goods that a line of an invoice bills."""
        self.ensure_one()
        vals = {"product_id": bill.product_id.id}
        if move:
            delivered = move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id, round=False
            )
            lot = move.lot_ids if len(move.lot_ids) == 1 else move.lot_ids.browse()
            [vals] = self._prepare_goods_vals([(move, move.product_id, lot, delivered)])
        if not self._is_found_by_itself(bill, move, quantity):
            share = {
                "invoice_line_id": bill.id,
                "quantity": quantity,
                "is_manual": True,
            }
            vals["share_ids"] = [Command.create(share)]
        return vals | {"case_id": self.id, "quantity": quantity}

    def _is_found_by_itself(self, bill, move, quantity):
        """Say whether first in, first out leads these goods to that invoice line.

        Then their share goes on following deliveries and credit notes.
        """
        sale_line = move.sale_line_id
        if not sale_line:
            return False
        allocation = sale_line._get_allocations()[sale_line]
        shares = [
            (bill_id, billed)
            for (move_id, bill_id), billed in allocation.shares.items()
            if move_id == move.id
        ]
        return set(concern(quantity, shares)) == {bill.id}
