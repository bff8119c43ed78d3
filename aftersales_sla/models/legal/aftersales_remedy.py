from odoo import fields, models


class AftersalesRemedy(models.Model):
    """What a customer asks for: the law sets a term for some of it."""

    _name = "aftersales.remedy"
    _description = "Remedy"
    _inherit = "aftersales.coded.mixin"

    missing_text = fields.Char(
        "When It Is Missing",
        translate=True,
        help="How cards begin to say what follows then: No answer by 14 May.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another remedy has this code; choose a different one."
    )
