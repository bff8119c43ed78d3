from odoo import api, models


class AftersalesPortalService(models.AbstractModel):
    _inherit = "aftersales.portal.service"

    @api.model
    def _get_brand(self, case=None):
        """Return what a page takes from the company: of a case, if it is about one."""
        company = case.company_id if case else self.env.company
        # sudo: name, logo and colours of who works for the customer
        company = company.sudo()
        return {"res_company": company, "company_style": company._get_portal_style()}
