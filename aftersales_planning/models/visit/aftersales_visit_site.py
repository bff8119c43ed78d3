from odoo import fields, models
from odoo.exceptions import UserError


class AftersalesVisit(models.Model):
    """The site: how one gets there and in, and one for an address that has none yet."""

    _inherit = "aftersales.visit"

    # Who may read a visit may read its site.
    site_address = fields.Char(related="site_id.address")
    site_contact_id = fields.Many2one(related="site_id.contact_id")
    site_phone = fields.Char(related="site_id.phone")
    site_access_note = fields.Text(related="site_id.access_note")

    def action_make_site(self):
        """Make the address of the case a site, and go there.

        One that is there already is taken.

        :returns: an action that opens the site
        :raises UserError: for a case without customer and address
        """
        self.ensure_one()
        self.check_access("write")
        case = self.case_id
        sites = self.env["aftersales.site"]
        site = case._get_visit_sites().get(case)
        address = case.site_id or case.contact_id or case.partner_id
        if not address:
            raise UserError(
                self.env._(
                    "Site: %s has neither a customer nor an address. Enter one of them"
                    " first.",
                    case.display_name,
                )
            )
        self.site_id = site or sites.create({"partner_id": address.id})
        return self.site_id.get_formview_action()
