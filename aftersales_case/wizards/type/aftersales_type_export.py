from odoo import fields, models


class AftersalesTypeExport(models.TransientModel):
    """A type on its way out; exists until it is downloaded."""

    _name = "aftersales.type.export"
    _description = "Exported Case Type"

    name = fields.Char(required=True)
    file = fields.Binary(attachment=False)
