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

    def _move_parts_to(self, target):
        known = target.portal_informed_ids.partner_id
        for row in self.portal_informed_ids:
            if row.partner_id not in known:
                known |= row.partner_id
                row.case_id = target
        return super()._move_parts_to(target)
