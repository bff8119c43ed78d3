from odoo import fields, models


class AftersalesChannelToken(models.TransientModel):
    """Shows a new token, once. The dialog is closed, never saved."""

    _name = "aftersales.channel.token"
    _description = "New Token of a Channel"

    is_hook = fields.Boolean(readonly=True, store=False)
    token = fields.Char(readonly=True, store=False)
