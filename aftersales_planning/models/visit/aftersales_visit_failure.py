from odoo import fields, models

from ...const import FAULT_OTHER, FAULTS


class AftersalesVisitFailure(models.Model):
    """Why a visit may fail, and whose fault that is."""

    _name = "aftersales.visit.failure"
    _description = "Reason for a Failed Visit"
    _inherit = "aftersales.coded.mixin"

    fault = fields.Selection(FAULTS, "Whose Fault", required=True, default=FAULT_OTHER)
