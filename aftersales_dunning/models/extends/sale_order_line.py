from collections import defaultdict
from datetime import datetime

from odoo import models

from odoo.addons.aftersales_case.const import OPEN_STATES

from ...engine.allocation import EPSILON, Bill, Delivery, allocate


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
                "|",
                ("move_id.sale_line_id", "in", self.ids),
                ("sale_line_id", "in", self.ids),
                ("case_id.state", "in", OPEN_STATES),
            ]
        )
        return lines.case_id

    def _get_allocations(self):
        """Replay deliveries and invoices of these sale lines.

        :returns: ``{sale line: Allocation}``, quantities in the product's own unit
        """
        disputed = self._get_disputed()
        result = {}
        for line in self:
            found = allocate(
                line._get_deliveries(),
                line._get_bills(),
                line.currency_id.rounding,
                disputed.get(line, ()),
            )
            found.unbilled.pop(-line.id, None)  # no goods are there yet
            result[line] = found
        return result

    def _get_credited_lines(self):
        """Return those of these of which a credit note takes something off."""
        return self.filtered(
            lambda line: "out_refund" in line.invoice_lines.move_id.mapped("move_type")
        )

    def _get_disputed(self):
        """Return ``{sale line: [(stock move id, quantity)]}`` that cases are about.

        Of those of which something is credited, in the order in which cases take it.
        """
        moves = self._get_credited_lines().move_ids
        result = defaultdict(list)
        # sudo: all cases count, whoever sees them
        goods = self.env["aftersales.case.line"].sudo()._get_claiming(moves)
        left = {line: line.quantity for line in goods}
        for line, most in goods._get_turns():
            quantity = min(most, left[line])
            left[line] -= quantity
            if quantity > EPSILON:
                move = line.move_id
                result[move.sale_line_id].append((move.id, quantity))
        return result

    def _get_deliveries(self):
        """Return the ``Delivery`` list of a sale line: what core counts as delivered.

        What was ordered and is not delivered counts last, with a negative id, that of
        the sale line: services, and goods that are still to come.
        """
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
        rest = self._get_ordered_quantity() - sum(item.qty for item in result)
        if rest > EPSILON and (not result or self._is_to_be_delivered()):
            result.append(Delivery(-self.id, rest, (datetime.max,)))
        return result

    def _get_bills(self):
        """Return the ``Bill`` list of a sale line: its posted invoice lines."""
        self.ensure_one()
        digits = self.env["decimal.precision"].precision_get("Product Price")
        price_step = 10**-digits
        result = []
        for line in self.invoice_lines:
            if self.is_downpayment or not line.move_id._is_in_the_books():
                continue
            quantity = line._get_product_quantity()
            if not quantity:
                continue
            move = line.move_id
            # What came back may be taken off by a negative line of an invoice, too.
            sign = -1 if move.move_type == "out_refund" else 1
            reverses = move.reversed_entry_id.id or None
            size = line.quantity / quantity  # of the product's unit in that of the line
            result.append(
                Bill(
                    line.id,
                    sign * quantity,
                    line.price_subtotal / quantity,
                    move.id,
                    reverses,
                    net=line.price_subtotal,
                    total=line.price_total,
                    terms=(line.price_unit * size, line.discount),
                    steps=(line.product_uom_id.rounding / size, price_step * size),
                    matched=()
                    if sign > 0 or reverses
                    else tuple(move._get_matched_invoices().ids),
                )
            )
        return result

    # === What cases take of an order === #

    def _filter_slip_goods(self):
        """Return the lines that sell something; down payments and discounts do not."""
        return self.filtered(
            lambda line: (
                line.product_id
                and not line.display_type
                and line.product_id.type != "combo"  # its parts are lines, too
                and not line.is_downpayment
                and line.price_subtotal >= 0
                and line._get_goods_quantity() > 0
            )
        )

    def _is_moved(self):
        """Say whether goods are delivered for this line, or are to be."""
        self.ensure_one()
        return any(move.state != "cancel" for move in self.move_ids)

    def _is_to_be_delivered(self):
        """Say whether goods of this line are still to come."""
        self.ensure_one()
        return any(
            move.state not in ("done", "cancel")
            and move.location_dest_id._is_outgoing()
            for move in self.move_ids
        )

    def _get_ordered_quantity(self):
        """Return what was ordered, or done beyond it, in the product's own unit."""
        self.ensure_one()
        quantity = max(self.product_uom_qty, self.qty_delivered)
        unit = self.product_id.uom_id or self.product_uom_id
        return self.product_uom_id._compute_quantity(quantity, unit, round=False)

    def _get_goods_quantity(self):
        """Return how much of this line there is: delivered, done, or still to come."""
        self.ensure_one()
        # The lines of a note or section have no product.
        deliveries = self._get_deliveries() if self.product_id else ()
        return sum(delivery.qty for delivery in deliveries)

    def _prepare_case_goods(self, slip=None):
        """Return the values of the lines of a case about these.

        :param slip: the delivery that the case names with them
        """
        return [
            {
                "picking_id": slip.id if slip else False,
                "sale_line_id": line.id,
                "product_id": line.product_id.id,
                "sequence": place,
                "delivered": quantity,
                "quantity": quantity,
            }
            for place, line in enumerate(self, start=100 if slip else 1)
            for quantity in [line._get_goods_quantity()]
        ]
