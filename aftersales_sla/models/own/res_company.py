from odoo import api, models
from odoo.tools import SQL

from ...engine.cycles import OWN_METRICS


class ResCompany(models.Model):
    """Each company has its targets of no policy, by the hours of its own where the team
    has none.
    """

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._make_own_targets()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            # sudo: what follows from an allowed change
            clocks = self.env["aftersales.sla.clock"].sudo()
            clocks._mark_own(SQL("k.company_id = ANY(%s)", self.ids))
        return result

    def _make_own_targets(self):
        Target = self.env["aftersales.sla.target"]
        for company in self:
            for metric in OWN_METRICS:
                Target._get_owned(company, metric)
