from odoo import fields, models


class AftersalesRefusalReason(models.Model):
    """Why customers do not accept what was done, or is proposed."""

    _name = "aftersales.refusal.reason"
    _description = "Reason of a Customer to Refuse"
    _inherit = "aftersales.bounded.mixin"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    type_ids = fields.Many2many(
        "aftersales.case.type",
        string="Types",
        help="Offered on cases of these types only; empty means on all.",
    )
    active = fields.Boolean(default=True)
