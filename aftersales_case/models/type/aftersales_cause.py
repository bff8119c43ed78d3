from odoo import fields, models


class AftersalesCause(models.Model):
    _name = "aftersales.cause"
    _description = "Case Cause"
    _inherit = "aftersales.bounded.mixin"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Short code used in reports.")
    sequence = fields.Integer(default=10)
    type_ids = fields.Many2many(
        "aftersales.case.type",
        string="Types",
        help="Offered on cases of these types only; empty means on all.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another cause has this code; choose a different one."
    )
