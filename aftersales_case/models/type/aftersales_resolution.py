from odoo import fields, models

from ...const import STATE_DONE, STATE_REJECTED


class AftersalesResolution(models.Model):
    """How a case ended: one list for what was done and for why it was refused."""

    _name = "aftersales.resolution"
    _description = "Case Resolution"
    _inherit = "aftersales.coded.mixin"
    _order = "outcome, sequence, name"

    outcome = fields.Selection(
        [(STATE_DONE, "Solved"), (STATE_REJECTED, "Rejected")],
        required=True,
        default=STATE_DONE,
    )
    type_ids = fields.Many2many(
        "aftersales.case.type",
        string="Types",
        help="Offered on cases of these types only; empty means on all.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another resolution has this code; choose a different one."
    )
