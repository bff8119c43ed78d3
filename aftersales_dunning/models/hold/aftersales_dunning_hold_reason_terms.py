from odoo import fields, models

from ...const import OUTCOMES


class AftersalesDunningHoldReasonTerms(models.Model):
    """On which terms the disputed part comes back after one outcome."""

    _name = "aftersales.dunning.hold.reason.terms"
    _description = "Terms of an Outcome"
    _inherit = ["aftersales.dunning.release.terms"]
    _order = "reason_id, id"
    _rec_name = "outcome"

    reason_id = fields.Many2one(
        "aftersales.dunning.hold.reason", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="reason_id.company_id", store=True, index=True)
    outcome = fields.Selection(OUTCOMES, required=True)

    _outcome_uniq = models.UniqueIndex(
        "(reason_id, outcome)",
        "Outcome: this reason has terms for it already. Change those instead.",
    )
