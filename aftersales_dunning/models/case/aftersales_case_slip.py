from odoo import models
from odoo.fields import Domain

from odoo.addons.aftersales_case.engine.slips import slip_patterns


class AftersalesCase(models.Model):
    _inherit = "aftersales.case"

    def _get_slip_domain(self, number):
        return super()._get_slip_domain(number) | Domain.OR(
            Domain("sale_id.client_order_ref", "=ilike", pattern)
            for pattern in slip_patterns(number)
        )
