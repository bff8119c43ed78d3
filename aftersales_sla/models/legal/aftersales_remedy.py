from odoo import fields, models


class AftersalesRemedy(models.Model):
    """What a customer asks for: the law sets a term for some of it."""

    _name = "aftersales.remedy"
    _description = "Remedy"
    _inherit = "aftersales.bounded.mixin"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Short code used in reports.")
    sequence = fields.Integer(default=10)
    missing_text = fields.Char(
        "When It Is Missing",
        translate=True,
        help="How cards begin to say what follows then: No answer by 14 May.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another remedy has this code; choose a different one."
    )
