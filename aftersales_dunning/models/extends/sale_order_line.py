from odoo import models

from odoo.addons.aftersales_case.const import OPEN_STATES

from ...engine.allocation import Bill, Delivery, allocate


class SaleOrderLine(models.Model):
    """Which deliveries of a sale line stand on which of its invoice lines."""

    _inherit = "sale.order.line"

    def _get_aftersales_cases(self):
        """Return the open cases about goods of these sale lines.

        With sudo: whoever delivers or bills need not read cases.
        """
        Line = self.env["aftersales.case.line"].sudo()  # sudo: as the docstring says
        if not self:
            return Line.case_id
        lines = Line.search(
            [
                ("move_id.sale_line_id", "in", self.ids),
                ("case_id.state", "in", OPEN_STATES),
            ]
        )
        return lines.case_id

    def _get_allocations(self):
        """Replay deliveries and invoices of these sale lines.

        :returns: ``{sale line: Allocation}``, quantities in the product's own unit
        """
        return {
            line: allocate(
                line._get_deliveries(), line._get_bills(), line.currency_id.rounding
            )
            for line in self
        }

    def _get_deliveries(self):
        """Return the ``Delivery`` list of a sale line: what core counts as delivered."""
        self.ensure_one()
        outgoing, incoming = self._get_outgoing_incoming_moves()
        unit = self.product_id.uom_id
        result = []
        for moves, sign in ((outgoing, 1), (incoming, -1)):
            for move in moves.filtered(lambda move: move.state == "done"):
                quantity = move.product_uom._compute_quantity(
                    move.quantity, unit, round=False
                )
                result.append(
                    Delivery(
                        move.id,
                        sign * quantity,
                        (move.date,),
                        move.origin_returned_move_id.id or None,
                    )
                )
        return result

    def _get_bills(self):
        """Return the ``Bill`` list of a sale line: its posted invoice lines."""
        self.ensure_one()
        result = []
        for line in self.invoice_lines:
            if line.parent_state != "posted" or self.is_downpayment:
                continue
            quantity = line._get_product_quantity()
            if not quantity:
                continue
            move = line.move_id
            # What came back may be taken off by a negative line of an invoice, too.
            sign = -1 if move.move_type == "out_refund" else 1
            reverses = move.reversed_entry_id.id or None
            unit = line.price_unit * line.quantity / quantity
            result.append(
                Bill(
                    line.id,
                    sign * quantity,
                    line.price_subtotal / quantity,
                    move.id,
                    reverses,
                    net=line.price_subtotal,
                    total=line.price_total,
                    terms=(unit, line.discount),
                    matched=()
                    if sign > 0 or reverses
                    else tuple(move._get_matched_invoices().ids),
                )
            )
        return result
