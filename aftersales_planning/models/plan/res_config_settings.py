from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    visit_speed = fields.Integer(related="company_id.visit_speed", readonly=False)
