from odoo import api, fields, models
from odoo.exceptions import ValidationError


class Agreement(models.Model):
    """The contract with a customer or a supplier, with what it promises."""

    _inherit = "agreement"

    sla_policy_ids = fields.One2many(
        "aftersales.sla.policy", "agreement_id", "SLA Policies"
    )

    @api.constrains("start_date", "end_date")
    def _check_dates(self):
        for agreement in self:
            first, last = agreement.start_date, agreement.end_date
            if first and last and last < first:
                raise ValidationError(
                    self.env._("End Date: the agreement cannot end before it starts.")
                )
