from odoo import models
from odoo.fields import Domain
from odoo.tools.mail import email_normalize


class AftersalesCase(models.Model):
    """A case of another customer than before: it says no more how to reach the former."""

    _inherit = "aftersales.case"

    def _prepare_change_vals(self, vals):
        vals = super()._prepare_change_vals(vals)
        if "partner_id" in vals or "contact_id" in vals:
            self._leave_customer(vals)
        return vals

    def _leave_customer(self, vals):
        """Empty contact, site, address and number of the customer whose case it was.

        What is written together with the new customer stays; so does what is not the
        former customer's, such as the address of somebody who wrote for him.
        """
        # sudo: who belongs to whom, which is shown to nobody
        partners = self.env["res.partner"].sudo()
        new = partners.browse(vals.get("partner_id") or vals.get("contact_id") or ())
        new = new.commercial_partner_id
        # sudo: what follows from an allowed change
        moved = self.sudo().filtered(
            lambda case: new and case.partner_id.commercial_partner_id - new
        )
        if not moved:
            return
        people = moved._find_reached()
        changes = {}
        for case in moved:
            left = {
                name: value
                for name, value in case._prepare_left_vals(people).items()
                if name not in vals
            }
            changes.setdefault(tuple(left.items()), []).append(case.id)
        for left, ids in changes.items():
            moved.browse(ids).write(dict(left))

    def _find_reached(self):
        """Return the people of these cases' customers who are reached as the cases say."""
        emails = {email_normalize(case.email or "") for case in self}
        phones = {case.phone and case._phone_format(number=case.phone) for case in self}
        reached = Domain("email_normalized", "in", list(filter(None, emails)))
        reached |= Domain("phone_sanitized", "in", list(filter(None, phones)))
        customers = self.partner_id.commercial_partner_id
        return self.env["res.partner"].search_fetch(
            Domain("commercial_partner_id", "in", customers.ids) & reached,
            ["commercial_partner_id", "email_normalized", "phone_sanitized"],
        )

    def _prepare_left_vals(self, people):
        """Return the values of a case that its customer leaves.

        :param people: as ``_find_reached`` returns them
        """
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id
        people = people.filtered(lambda p: p.commercial_partner_id == customer)
        emails = people.mapped("email_normalized")
        phones = people.mapped("phone_sanitized")
        is_mailed = email_normalize(self.email or "") in emails
        is_phoned = self.phone and self._phone_format(number=self.phone) in phones
        left = {
            # Written in any case: a contact who goes would bring that of his company.
            "email": False if is_mailed else self.email,
            "phone": False if is_phoned else self.phone,
        }
        for name in ("contact_id", "site_id"):
            if self[name].commercial_partner_id == customer:
                left[name] = False
        return left
