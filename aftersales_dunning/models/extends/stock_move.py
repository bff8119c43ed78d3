from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """A delivery or return changes which goods stand on which invoice.

        It never fails because a hold cannot be made now.
        """
        done = super()._action_done(cancel_backorder=cancel_backorder)
        done.sale_line_id._get_aftersales_cases()._sync_goods_or_later()
        return done
