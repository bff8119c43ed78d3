from odoo import fields, models


class AftersalesCause(models.Model):
    _name = "aftersales.cause"
    _description = "Case Cause"
    _inherit = "aftersales.coded.mixin"

    type_ids = fields.Many2many(
        "aftersales.case.type",
        string="Types",
        help="Offered on cases of these types only; empty means on all.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another cause has this code; choose a different one."
    )
