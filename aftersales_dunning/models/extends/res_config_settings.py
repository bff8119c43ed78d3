from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_customer_hold = fields.Selection(
        related="company_id.aftersales_customer_hold", readonly=False
    )
    aftersales_credit_days = fields.Integer(
        related="company_id.aftersales_credit_days", readonly=False
    )
