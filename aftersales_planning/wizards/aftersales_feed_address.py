from odoo import fields, models


class AftersalesFeedAddress(models.TransientModel):
    """Shows a new calendar address, once. The dialog is closed, never saved."""

    _name = "aftersales.feed.address"
    _description = "New Calendar Address"

    address = fields.Char(readonly=True, store=False)
