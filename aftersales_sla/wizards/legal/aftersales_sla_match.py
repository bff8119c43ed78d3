from odoo import api, fields, models


class AftersalesSlaMatch(models.TransientModel):
    """Beside what is promised: what the law says, which no policy lowers."""

    _inherit = "aftersales.sla.match"

    remedy_id = fields.Many2one("aftersales.remedy", "Remedy Asked For")
    legal_text = fields.Text("By Law", compute="_compute_legal_text")

    @api.onchange("case_id")
    def _onchange_case_id(self):
        result = super()._onchange_case_id()
        if self.case_id:
            self.remedy_id = self.case_id.remedy_id
        return result

    def _get_case(self):
        case = super()._get_case()
        case.remedy_id = self.remedy_id
        return case

    @api.depends(
        "case_id", "company_id", "customer_kind", "day", "partner_id", "remedy_id"
    )
    @api.depends_context("lang")
    def _compute_legal_text(self):
        # sudo: what the law says does not depend on who asks
        laws = self.env["aftersales.legal.term"].sudo()._get_laws()
        for asked in self:
            asked._ensure_can_ask()
            case = asked._get_case()
            found = case._find_laws(laws, asked.day)[case]
            asked.legal_text = case._tell_laws(found)
