from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_user_id = fields.Many2one(
        related="company_id.aftersales_user_id", readonly=False
    )
    aftersales_return_worked_on = fields.Boolean(
        related="company_id.aftersales_return_worked_on", readonly=False
    )
