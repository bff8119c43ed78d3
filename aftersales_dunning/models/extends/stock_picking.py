from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _get_slip_names(self):
        """A customer knows a delivery by the reference of his own order, too."""
        return [*super()._get_slip_names(), self.sale_id.client_order_ref]
