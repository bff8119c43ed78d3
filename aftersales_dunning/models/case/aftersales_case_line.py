from collections import defaultdict
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.aftersales_case.const import OPEN_STATES, STATE_DONE

from ...engine.allocation import EPSILON


class AftersalesCaseLine(models.Model):
    _inherit = "aftersales.case.line"

    sale_line_id = fields.Many2one(
        "sale.order.line",
        "Order Line",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="What was ordered, where no delivery of it is named.",
    )
    share_ids = fields.One2many(
        "aftersales.dunning.share", "case_line_id", "Billed Goods", readonly=True
    )
    credited_quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="What of it was credited while the case was open.",
    )

    # === What the order says === #

    def _is_limited(self):
        return super()._is_limited() or bool(self.sale_line_id)

    @api.model
    def _get_delivery_fields(self):
        return super()._get_delivery_fields() | {"sale_line_id"}

    @api.model
    def _get_named_document(self, name, record):
        if name == "sale_line_id":
            return record.order_id
        return super()._get_named_document(name, record)

    def _get_delivered(self, goods):
        """What was ordered is true only as the order of the case has it.

        :raises ValidationError: for lines of other orders
        """
        ordered = self.sale_line_id
        if not ordered:
            return super()._get_delivered(goods)
        case = self.case_id
        orders = case.sale_order_id | case.picking_id.sale_id
        if (
            self.move_id
            or ordered.order_id not in orders
            or ordered.product_id != self.product_id
            or self.picking_id not in (case.picking_id, case.picking_id.browse())
        ):
            raise ValidationError(
                self.env._(
                    "Order Line: %s was not ordered by the order of the case. Enter the"
                    " number of the order on the case, and its lines are taken from it.",
                    self.product_id.display_name,
                )
            )
        return ordered._get_goods_quantity()

    # === What is billed of it === #

    def _get_billed_order_line(self):
        """Return the order line whose invoices bill these goods, or none."""
        self.ensure_one()
        return self.move_id.sale_line_id or self.sale_line_id

    def _get_billed_order_lines(self):
        """Return the order lines whose invoices bill these goods."""
        return self.move_id.sale_line_id | self.sale_line_id

    def _get_delivery_ids(self, allocation):
        """Return the ids of the deliveries in an allocation that these goods are.

        Goods that were ordered, and of which no delivery is named, are all of them.
        """
        self.ensure_one()
        if self.move_id:
            return [self.move_id.id]
        known = [key for key, _bill in allocation.shares]
        return list(dict.fromkeys([*known, *allocation.unbilled, *allocation.settled]))

    def _is_component(self):
        """Say whether these goods are a part of what was ordered, such as of a kit.

        How much of its price is theirs, nothing says.
        """
        self.ensure_one()
        ordered = self.move_id.sale_line_id
        return bool(ordered) and ordered.product_id != self.move_id.product_id

    def _get_settled(self, allocations):
        """Say how much of these goods was billed once, and is billed no more.

        :param allocations: ``{sale line: Allocation}``
        :returns: ``{id of a line: quantity}``, in the product's own unit
        """
        return {
            line_id: sum(part.qty for part in parts)
            for line_id, parts in self._get_settled_by(allocations).items()
        }

    def _get_settled_by(self, allocations):
        """Say which credits took these goods off an invoice, and no other bills them.

        :param allocations: ``{sale line: Allocation}``
        :returns: ``{id of a line: [Credited]}``
        """
        credited = {
            (key, None): parts
            for ordered in self._get_billed_order_lines()
            for key, parts in allocations[ordered].settled_by.items()
        }
        return self._deal_out(credited, allocations)

    def _get_credited_by(self, allocations):
        """As ``_get_settled_by``, of each invoice line, whether billed again or not."""
        credited = defaultdict(list)
        for ordered in self._get_billed_order_lines():
            for key, parts in allocations[ordered].credited_by.items():
                for part in parts:
                    credited[key, part.bill].append(part)
        return self._deal_out(credited, allocations)

    @api.model
    def _get_claiming(self, moves, ordered=()):
        """Return what cases are about that may have what is credited of deliveries.

        :param moves: stock moves
        :param ordered: sale lines of which goods are meant that name no delivery
        """
        if not moves and not ordered:
            return self.browse()
        # sudo: all cases count, whoever sees them
        return self.sudo().search(
            [
                "|",
                ("move_id", "in", moves.ids),
                ("sale_line_id", "in", ordered.ids if ordered else []),
                ("concerned", "=", True),
                ("case_id.state", "in", (*OPEN_STATES, STATE_DONE)),
            ],
            order="id",
        )

    def _get_turns(self):
        """Return ``[(line, quantity)]``: in which order they have what is credited.

        A line of a solved case is in it twice.
        """
        done = self.filtered(lambda line: line.case_id.state == STATE_DONE)
        turns = [(line, min(line.credited_quantity, line.quantity)) for line in done]
        return turns + [(line, line.quantity) for line in [*(self - done), *done]]

    def _get_billed_again(self, allocations, settled):
        """Say how much of these goods was held, credited, and is billed again.

        :param allocations: ``{sale line: Allocation}``
        :param settled: result of ``_get_settled``
        :returns: ``{id of a line: [(credit id, quantity)]}``, the last credit first
        """
        result = {}
        for line_id, parts in self._get_credited_by(allocations).items():
            line = self.browse(line_id)
            held = line.case_id.hold_ids.move_id.invoice_line_ids.ids
            own = [part for part in parts if part.bill in held]
            left = sum(part.qty for part in parts) - settled.get(line_id, 0)
            result[line_id] = []
            for part in sorted(own, key=lambda part: -part.credit):
                quantity = min(part.qty, left)
                if quantity > EPSILON:
                    result[line_id].append((part.credit, quantity))
                    left -= quantity
        return result

    def _deal_out(self, credited, allocations):
        """Say whose goods were credited, of those that are complained about.

        A solved case keeps what was credited while it was open, then come the open ones,
        the first one first, then what solved ones still wait for. A rejected complaint
        takes no credit.

        :param credited: ``{(id of a delivery, group): [Credited]}``; each group is dealt
            out for itself
        :param allocations: ``{sale line: Allocation}``
        :returns: ``{id of a line: [Credited]}``
        """
        left = {
            key: [[part, part.qty] for part in found]
            for key, found in credited.items()
            if found
        }
        if not left:
            return {}
        moves = self.env["stock.move"].browse({key for key, _group in left if key > 0})
        lines = self._get_claiming(moves, self._get_billed_order_lines())
        turns = lines._get_turns()
        keys = {
            line: line._get_delivery_ids(allocations[line._get_billed_order_line()])
            for line in lines
        }
        result = defaultdict(list)
        for group in dict.fromkeys(group for _key, group in left):
            wanted = {line: line.quantity for line in lines}
            for line, most in turns:
                most = min(most, wanted[line])
                for pair in (
                    x for key in keys[line] for x in left.get((key, group), ())
                ):
                    part = min(pair[1], most)
                    if part > EPSILON:
                        result[line.id].append(replace(pair[0], qty=part))
                        pair[1] -= part
                        most -= part
                        wanted[line] -= part
        return dict(result)
