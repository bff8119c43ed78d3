from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        """A reference that the customer gives later finds the cases that name it."""
        res = super().write(vals)
        if "client_order_ref" in vals:
            self.picking_ids._match_waiting_cases()
        return res
