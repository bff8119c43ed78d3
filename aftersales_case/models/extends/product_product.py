from odoo import api, models

from .in_use import refuse_if_used


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_cases(self):
        refuse_if_used(self, [("aftersales.case.line", "product_id")])
