from odoo import api, models


class AftersalesCase(models.Model):
    """New cases whose type names no team go to the team of their region."""

    _inherit = "aftersales.case"

    @api.model
    def _fill_responsible(self, vals_list):
        """Name the team before somebody of it is chosen."""
        self._fill_team_of_region(vals_list)
        return super()._fill_responsible(vals_list)

    @api.model
    def _fill_team_of_region(self, vals_list):
        """Put the team of the region into the values of new cases that have none."""
        # sudo: whoever reports a case gets the team that helps there
        types = self.env["aftersales.case.type"].sudo()
        wanting = [
            vals
            for vals in vals_list
            if "team_id" not in vals and not types.browse(vals.get("type_id")).team_id
        ]
        places = [(vals, self._get_new_place(vals)) for vals in wanting]
        known = {place for _vals, place in places if place}
        if not known:
            return
        found = self.env["aftersales.region"]._find_by_postcode(known)
        for vals, place in places:
            # sudo: as above
            team = place and found[place].sudo().team_id
            if (
                team
                and team.active
                and team.company_id.id in (vals["company_id"], False)
            ):
                vals["team_id"] = team.id

    def _get_new_place(self, vals):
        """Return the place of a new case, as ``_find_by_postcode`` takes it, or None."""
        for name in ("site_id", "contact_id", "partner_id"):
            # sudo: addresses, read for the region alone
            partner = self.env["res.partner"].sudo().browse(vals.get(name) or [])
            if partner.zip and partner.country_id:
                return (vals["company_id"], partner.country_id.id, partner.zip)
        return None
