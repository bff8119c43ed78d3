from odoo import fields, models


class AftersalesCodedMixin(models.AbstractModel):
    """One entry of a list that managers keep: a name for people, a code for reports.

    Each list says itself that a code is there once, by a constraint that names the list.
    """

    _name = "aftersales.coded.mixin"
    _description = "Entry With a Code"
    _inherit = ["aftersales.bounded.mixin"]
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Short code used in reports.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
