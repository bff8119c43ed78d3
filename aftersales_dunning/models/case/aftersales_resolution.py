from odoo import api, fields, models

from odoo.addons.aftersales_case.const import STATE_REJECTED

from ...const import DECIDED_REJECTED, DECIDED_REMEDIED, OUTCOMES


class AftersalesResolution(models.Model):
    """What the end of a case means for what was disputed."""

    _inherit = "aftersales.resolution"

    hold_outcome = fields.Selection(
        OUTCOMES,
        "Outcome of Holds",
        compute="_compute_hold_outcome",
        store=True,
        readonly=False,
        precompute=True,
        help="With what the dunning holds of a case end that ends like this; their reason"
        " says on which terms.",
    )

    @api.depends("outcome")
    def _compute_hold_outcome(self):
        """Unless somebody chooses: what was refused is payable, what was done as well."""
        for resolution in self:
            rejected = resolution.outcome == STATE_REJECTED
            if rejected or not resolution.hold_outcome:
                resolution.hold_outcome = (
                    DECIDED_REJECTED if rejected else DECIDED_REMEDIED
                )
