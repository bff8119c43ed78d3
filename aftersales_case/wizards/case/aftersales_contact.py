from odoo import api, fields, models
from odoo.tools.mail import email_normalize


class AftersalesContact(models.TransientModel):
    """Makes a contact of who wrote a case, and puts it on the case."""

    _name = "aftersales.contact"
    _description = "Make a Contact"

    case_id = fields.Many2one("aftersales.case", required=True, readonly=True)
    # The case is named by the caller: he reads of it what he may.
    email = fields.Char(related="case_id.email", related_sudo=False)
    candidate_ids = fields.Many2many(
        "res.partner", string="Contacts with This Address", readonly=True
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Existing Contact",
        domain="[('id', 'in', candidate_ids)]",
        help="Somebody who has this address already; empty makes a new contact.",
    )
    name = fields.Char()
    phone = fields.Char()
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        domain="[('is_company', '=', True)]",
        help="The company that the contact belongs to, as far as the address tells.",
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        case = self.env["aftersales.case"].browse(self.env.context.get("active_id"))
        if case:
            case.check_access("write")
            contacts = case._get_sender_contacts()
            seen = case._has_field_access(case._fields["phone"], "read")
            values |= {
                "case_id": case.id,
                "candidate_ids": contacts.ids,
                "contact_id": contacts.id if len(contacts) == 1 else False,
                "name": case._get_sender_names().get(email_normalize(case.email or "")),
                "phone": case.phone if seen and not case.partner_id else False,
                "partner_id": case._get_sender_customer().id,
            }
        return values

    def action_apply(self):
        """Put the contact on the case, made anew where none exists."""
        self.ensure_one()
        self.case_id.check_access("write")
        self.contact_id.check_access("read")
        self.case_id.contact_id = self.contact_id or self._create_contact()
        return {"type": "ir.actions.act_window_close"}

    def _create_contact(self):
        customer = self.partner_id
        customer.check_access("read")
        # sudo: an agent makes contacts of those who write on his cases, and no others
        partner = (
            self.env["res.partner"]
            .sudo()
            .with_context(mail_create_nosubscribe=True)
            .create(
                {
                    "name": self.name or self.email,
                    "email": self.email,
                    "phone": self.phone,
                    "parent_id": customer.id,
                    "company_id": (customer or self.case_id).company_id.id,
                }
            )
        )
        return partner.with_env(self.env)
