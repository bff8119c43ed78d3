from odoo import api, fields, models
from odoo.fields import Domain

from .aftersales_claim_mixin import AGENT


class AftersalesCaseType(models.Model):
    """How many open cases of a type wait for somebody to confirm a claim."""

    _inherit = "aftersales.case.type"

    claim_case_count = fields.Integer(
        "Claims to Confirm", compute="_compute_claim_case_count", groups=AGENT
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_claim_case_count(self):
        Case = self.env["aftersales.case"]
        rows = Case._read_group(
            Domain("type_id", "in", self.ids)
            & Domain("claim_reason", "!=", False)
            & Case._get_open_domain(),
            ["type_id"],
            ["__count"],
        )
        counts = {case_type.id: count for case_type, count in rows}
        for case_type in self:
            case_type.claim_case_count = counts.get(case_type.id, 0)

    def action_open_claims(self):
        return self._open_cases({"search_default_claimed": 1})
