from odoo import fields, models

from ...const import ASKS, ASKS_GOODS


class AftersalesPortalProblem(models.Model):
    """What can be wrong with an invoice, in the customer's words.

    It leads to cases of its type; what the form asks for it, ``asks`` says.
    """

    _name = "aftersales.portal.problem"
    _description = "Problem with an Invoice"
    _order = "sequence, id"

    # Not required: a shipped problem may find its type deleted, and is then not offered.
    type_id = fields.Many2one(
        "aftersales.case.type", "Case Type", index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char("Problem", required=True, translate=True)
    asks = fields.Selection(
        ASKS,
        "Asks For",
        required=True,
        default=ASKS_GOODS,
        help="Goods: how many are concerned; the case is about them. The others lead to"
        " an amount that is disputed.",
    )
