from odoo import fields, models


class AftersalesCase(models.Model):
    """Who of the customer's people is informed besides its contact."""

    _inherit = "aftersales.case"

    portal_informed_ids = fields.One2many(
        "aftersales.portal.informed", "case_id", "Also Informed"
    )

    def _get_customer_partners(self):
        people = super()._get_customer_partners()
        # sudo: whom the customer keeps informed is no secret to who writes to him
        informed = self.sudo().portal_informed_ids._filter_valid().partner_id
        return people | informed.sudo(self.env.su)

    def _complete_survivor(self, survivor):
        # Now it is known whose case it is: who is of another customer stays behind.
        result = super()._complete_survivor(survivor)
        known = survivor.portal_informed_ids.partner_id
        customer = survivor.partner_id.commercial_partner_id
        for row in self.portal_informed_ids:
            person = row.partner_id
            if person not in known and person.commercial_partner_id == customer:
                known |= person
                row.case_id = survivor
        return result
