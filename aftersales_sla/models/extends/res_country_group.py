from odoo import models


class ResCountryGroup(models.Model):
    """Its countries decide where the law of a group holds."""

    _name = "res.country.group"
    _inherit = ["res.country.group", "aftersales.cached.mixin"]
