from collections import defaultdict
from dataclasses import replace

from odoo import fields, models

from odoo.addons.aftersales_case.const import OPEN_STATES, STATE_DONE

from ...engine.allocation import EPSILON


class AftersalesCaseLine(models.Model):
    _inherit = "aftersales.case.line"

    share_ids = fields.One2many(
        "aftersales.dunning.share", "case_line_id", "Billed Goods", readonly=True
    )

    credited_quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="What of it was credited while the case was open.",
    )

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
        """Say which credits took these goods off an invoice.

        What is credited of a delivery is taken for the goods that are complained about:
        a solved case keeps what was credited while it was open, then come the open ones,
        the first one first, then what solved ones still wait for. A rejected complaint
        takes no credit.

        :param allocations: ``{sale line: Allocation}``
        :returns: ``{id of a line: [Credited]}``
        """
        left = {
            move.id: [
                [part, part.qty]
                for part in allocations[move.sale_line_id].settled_by.get(move.id, ())
            ]
            for move in self.move_id
        }
        if not any(left.values()):
            return {}
        # sudo: all cases count, whoever sees them
        lines = self.sudo().search(
            [
                ("move_id", "in", [key for key, parts in left.items() if parts]),
                ("concerned", "=", True),
                ("case_id.state", "in", (*OPEN_STATES, STATE_DONE)),
            ],
            order="id",
        )
        done = lines.filtered(lambda line: line.case_id.state == STATE_DONE)
        result = defaultdict(list)
        wanted = {line: line.quantity for line in lines}
        turns = [(line, min(line.credited_quantity, line.quantity)) for line in done]
        turns += [(line, line.quantity) for line in [*(lines - done), *done]]
        for line, most in turns:
            most = min(most, wanted[line])
            for pair in left[line.move_id.id]:
                part = min(pair[1], most)
                if part > EPSILON:
                    result[line.id].append(replace(pair[0], qty=part))
                    pair[1] -= part
                    most -= part
                    wanted[line] -= part
        return dict(result)
