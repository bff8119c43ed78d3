from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.mail import email_normalize, parse_contact_from_email

from ...engine.addresses import is_public_domain
from .aftersales_claim_mixin import AGENT


class AftersalesCase(models.Model):
    """To whom a message goes: senders who are no contacts yet are answered, too."""

    _inherit = "aftersales.case"

    is_sender_new = fields.Boolean(
        "Sender Is No Contact",
        compute="_compute_is_sender_new",
        help="The e-mail address of the case is not that of its contact or customer.",
    )

    @api.depends("email", "contact_id", "partner_id.email_normalized")
    @api.depends_context("uid")
    def _compute_is_sender_new(self):
        seen = self._has_field_access(self._fields["email"], "read")
        for case in self:
            address = seen and email_normalize(case.email or "")
            case.is_sender_new = bool(
                address
                and not case.contact_id
                and case.partner_id.email_normalized != address
            )

    # === To: === #

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        """Propose each address once: as a contact, else with the name that it has."""
        suggested = super()._message_get_suggested_recipients_batch(*args, **kwargs)
        return {case_id: _once_each(rows) for case_id, rows in suggested.items()}

    def _get_receivers(self, emails):
        """Return the contacts of some addresses, in their order; agents make new ones.

        Called for whoever stands in *To:* of a message and is no contact yet.

        :param emails: list of addresses, with or without a name
        :raises UserError: when one of them would not get the message
        """
        self.ensure_one()
        self.check_access("read")
        receivers = self.env["res.partner"]
        lost = []
        for email in emails:
            valid = parse_contact_from_email(email)[1]
            receiver = valid and self._partner_find_from_emails_single(
                [email], no_create=not self._may_make_contacts()
            )
            if receiver:
                receivers |= receiver
            else:
                lost.append(email)
        if lost:
            raise UserError(
                self.env._(
                    "To: %(addresses)s would not get this message. Take it out, or ask"
                    " an agent of After-sales to make it a contact.",
                    addresses=", ".join(lost),
                )
            )
        return receivers

    def _may_make_contacts(self):
        """Say whether the user makes contacts of those whom he answers."""
        user = self.env.user
        return user.has_group(AGENT) or user.has_group("base.group_partner_manager")

    def _partner_find_from_emails(
        self, records_emails, *args, filter_found=None, no_create=False, **kwargs
    ):
        """Let agents make a contact of somebody they answer, whatever their other roles."""
        cases = self
        if not no_create and not self.env.su and self.env.user.has_group(AGENT):
            self.check_access("read")
            cases = self.sudo()  # sudo: what is found is what the user may read
            asked = filter_found

            def filter_found(partner):
                mine = partner.sudo(False)
                return mine.has_access("read") and (not asked or asked(mine))

        found = super(AftersalesCase, cases)._partner_find_from_emails(
            records_emails,
            *args,
            filter_found=filter_found,
            no_create=no_create,
            **kwargs,
        )
        return {
            case_id: partners.with_env(self.env) for case_id, partners in found.items()
        }

    def _get_customer_information(self):
        """Name the contacts made of addresses as the senders of the mails name themselves."""
        information = super()._get_customer_information()
        for address, name in self._get_sender_names().items():
            information.setdefault(address, {}).setdefault("name", name)
        return information

    def _get_sender_names(self):
        """Return ``{address: name}`` of those who wrote on these cases."""
        names = {}
        # sudo: an address has the name that its mail says, whoever answers it
        for intake in self.sudo().intake_ids.sorted("received_at"):
            name, address = parse_contact_from_email(intake.email_from or "")
            if name and address and email_normalize(name) != address:
                names[address] = name
        return names

    # === The sender as a contact === #

    def _get_sender_contacts(self):
        """Return the contacts who have this case's address and whom the user may read."""
        self.ensure_one()
        address = email_normalize(self.email or "")
        if not address:
            return self.env["res.partner"]
        found = self.env["res.partner"]._aftersales_match_email(address)
        return found._filtered_access("read")

    def _get_sender_customer(self):
        """Return the customer whose people write from the domain of this case's address.

        It is a proposal: see ``aftersales_case_claim.py``. Domains that anybody can have
        an address of, and those of several customers, tell nothing.
        """
        self.ensure_one()
        address = email_normalize(self.email or "")
        if self.partner_id or not address or is_public_domain(address):
            return self.partner_id
        domain = address.rpartition("@")[2]
        found = self.env["res.partner"]._aftersales_one_per_customer(
            Domain("email_normalized", "=like", f"%@{domain}")
        )
        if len(found) != 1:
            return found.browse()
        # sudo: of whom the user may not read, nothing is proposed
        customer = found.sudo().commercial_partner_id.filtered("is_company")
        return customer.sudo(self.env.su)._filtered_access("read")


def _once_each(recipients):
    """Return suggested recipients with each address once, those that are contacts first."""
    chosen = {}
    for recipient in recipients:
        key = recipient["email"] or recipient["partner_id"]
        former = chosen.get(key)
        if not former or (recipient["partner_id"] and not former["partner_id"]):
            chosen[key] = recipient
        elif not former["partner_id"] and former["name"] in (False, "", key):
            former["name"] = recipient["name"]
    return list(chosen.values())
