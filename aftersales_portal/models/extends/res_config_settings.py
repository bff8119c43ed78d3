from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_link_color = fields.Char(
        "Colour of Links", related="company_id.primary_color", readonly=True
    )
    aftersales_link_contrast = fields.Float(
        related="company_id.aftersales_link_contrast"
    )
    aftersales_link_is_pale = fields.Boolean(
        related="company_id.aftersales_link_is_pale"
    )
