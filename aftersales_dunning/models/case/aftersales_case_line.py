from odoo import fields, models

from odoo.addons.aftersales_case.const import STATE_CANCELLED


class AftersalesCaseLine(models.Model):
    _inherit = "aftersales.case.line"

    share_ids = fields.One2many(
        "aftersales.dunning.share", "case_line_id", "Billed Goods", readonly=True
    )

    def _get_settled(self, allocations):
        """Say how much of these goods came back or was credited, and is billed no more.

        What is credited of a delivery is taken for the goods that are complained about:
        those of the first case first, whether it is closed or not.

        :param allocations: ``{sale line: Allocation}``
        :returns: ``{id of a line: quantity}``, in the product's own unit
        """
        left = {
            move.id: allocations[move.sale_line_id].settled.get(move.id, 0)
            for move in self.move_id
        }
        if not any(left.values()):
            return {}
        # sudo: all cases count, whoever sees them
        lines = self.sudo().search(
            [
                ("move_id", "in", [key for key, quantity in left.items() if quantity]),
                ("concerned", "=", True),
                ("case_id.state", "!=", STATE_CANCELLED),
            ],
            order="id",
        )
        result = {}
        for line in lines:
            result[line.id] = min(line.quantity, left[line.move_id.id])
            left[line.move_id.id] -= result[line.id]
        return result
