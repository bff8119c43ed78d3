from odoo import models


class ResCountry(models.Model):
    """Which groups a country belongs to decides which law holds there."""

    _name = "res.country"
    _inherit = ["res.country", "aftersales.cached.mixin"]
