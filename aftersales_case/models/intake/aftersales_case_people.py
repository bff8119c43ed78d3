from odoo import models
from odoo.tools.mail import email_normalize

from ...engine.addresses import is_public_domain


class AftersalesCase(models.Model):
    """Whose mail counts on a case: its people, and who is none of them."""

    _inherit = "aftersales.case"

    def _knows(self, address):
        """Say whether an address belongs to one of the people of this case.

        :param address: normalized e-mail address
        """
        self.ensure_one()
        if address in self._get_known_addresses():
            return True
        writers = self._find_writers(address)
        if writers & self._get_people():
            return True
        customers = self._get_case_customers()
        if writers.commercial_partner_id & customers:
            return True
        return any(
            self.with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids)
            .has_access("read")
            for user in writers.user_ids
            if not user.share
        )

    def _is_somebody_else(self, address):
        """Say whether a mail comes from somebody who is none of this case's people.

        :param address: normalized e-mail address; "" is nobody's
        """
        self.ensure_one()
        if address and self._knows(address):
            return False
        if not address or self._find_writers(address):
            return True
        # An address that nobody has, of the customer's own domain, is a colleague's.
        domain = address.rpartition("@")[2]
        theirs = {
            known.rpartition("@")[2]
            for known in self._get_known_addresses()
            if not is_public_domain(known)
        }
        # A case without any address cannot tell.
        return bool(self._get_known_addresses()) and domain not in theirs

    def _get_people(self):
        """Hook: return the partners whose mail on this case is nothing strange.

        Called for every answer; the other people of the customer's, and colleagues who
        may read the case, count without being named here.
        """
        cases = self._get_merged_cases().sudo()  # sudo: the gateway is nobody
        followers = cases.message_partner_ids.filtered("partner_share")
        return (
            cases.contact_id
            | cases.partner_id
            | cases.reporter_id
            | cases.site_id
            | cases.supplier_id
            | cases.supplier_id.commercial_partner_id.child_ids
            | followers
        )

    def _get_case_customers(self):
        cases = self._get_merged_cases().sudo()  # sudo: as above
        return (cases.partner_id | cases.contact_id).commercial_partner_id

    def _get_known_addresses(self):
        """Return the normalized addresses that stand on this case."""
        cases = self._get_merged_cases().sudo()  # sudo: as above
        people = self._get_people() | self._get_case_customers()
        written = (email_normalize(case.email or "") for case in cases)
        return {
            *filter(None, written),
            *filter(None, people.mapped("email_normalized")),
        }

    def _find_writers(self, address):
        """Return everybody whose address it is, of any company."""
        # sudo: mail comes from strangers
        partners = self.env["res.partner"].sudo()
        return partners.search([("email_normalized", "=", address)])
