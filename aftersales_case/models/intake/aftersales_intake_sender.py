import re

from odoo import api, models
from odoo.tools.mail import email_normalize

from ...engine import addresses, mail_headers

# A subject with more words than this is no subject.
MOST_WORDS = 30


class AftersalesIntake(models.Model):
    """Who sent a mail: under which address, to which company, about which case."""

    _inherit = "aftersales.intake"

    # === Address === #

    @api.model
    def _get_sender_address(self, mail):
        """Hook: return the address under which the sender of a mail can be answered.

        That of From; that of Reply-To where From is a machine's, or nobody's whom we
        know, as with the forms of a web site. A list may have put its own address into
        From. Whose mail a colleague forwards is its sender.

        :param mail: ``IncomingMail``, parsed
        :returns: normalized address, or "" where only a machine would read the answer
        """
        if mail.forwarded and mail.forwarded.address:
            return mail.forwarded.address
        sender = email_normalize(mail.values.get("email_from") or "") or ""
        # Who writes as postmaster and is no report of a server is a person.
        machine = addresses.is_machine(sender) and not sender.startswith("postmaster@")
        if sender and not machine and self._is_known_address(sender):
            return sender
        original = (
            mail_headers.find_original_sender(mail.message) if mail.relayed else ""
        )
        for address in [original, *mail_headers.find_reply_to(mail.message)]:
            address = email_normalize(address)
            if address and not addresses.is_machine(address):
                # sudo: the gateway runs as the sender's user
                domains = self.env["mail.alias.domain"].sudo()
                if not domains._find_aliases([address]):
                    return address
        return "" if machine else sender

    @api.model
    def _get_writer_address(self, mail):
        """Return the one address of From, also a machine's, or "" where it has none.

        Of all that a mail says of its sender, this alone is what mail servers check.
        """
        return email_normalize(mail.values.get("email_from") or "") or ""

    @api.model
    def _is_written_by(self, mail, address):
        """Say whether a mail was written under an address, as far as we can know.

        Reply-To is no proof where our server checks senders: it looks at From alone,
        and everybody writes into Reply-To, or into the form of a web site, what he likes.
        Where it checks nothing, From is worth no more, and the Reply-To of a machine
        counts as From does.
        """
        if mail.forged:
            return False
        if mail.forwarded:
            return False
        writer = self._get_writer_address(mail)
        is_checked = mail.message.get("Authentication-Results")
        passed_on = addresses.is_machine(writer) or mail.relayed
        return writer == address or (passed_on and not is_checked)

    @api.model
    def _is_known_address(self, address):
        return bool(self.env["res.partner"]._aftersales_match_email(address))

    # === Company === #

    @api.model
    def _get_mail_company(self, mail, case_type, team, alias):
        """Hook: return the company that a new mail is for.

        That of the type or the team; else the one whose customer the sender is: by his
        own record, then by his latest case, delivery or invoice; else that of the
        address, where its domain is of one company only; else that of whoever fetches
        mail, where the address may be his; else the oldest of those it may be.

        :param mail: ``IncomingMail``, parsed
        :param case_type: type of the address, or none
        :param team: team of the address or of the type, or none
        :param alias: the address, or none
        :returns: one ``res.company``
        """
        own = case_type.company_id or team.company_id
        if own:
            return own
        # sudo: the gateway runs as the sender's user
        possible = alias.sudo().alias_domain_id.company_ids if alias else None
        company = self._get_customer_company(mail)
        if company or not possible:
            return company or self.env.company
        if self.env.company in possible:
            return possible if len(possible) == 1 else self.env.company
        return possible.sorted("id")[:1]

    @api.model
    def _get_customer_company(self, mail):
        """Return the company whose customer the sender of a mail is, or none.

        A customer of several, each with a record of its own, tells nothing.
        """
        address = self._get_sender_address(mail)
        partners = self.env["res.partner"]
        if address:
            partners = partners._aftersales_match_email(address)
        # sudo: the gateway runs as the sender's user
        customers = partners.sudo().filtered("partner_share").commercial_partner_id
        companies = customers.company_id
        if companies or not customers:
            return companies if len(companies) == 1 else companies.browse()
        return customers._aftersales_get_latest_company()

    # === Case === #

    @api.model
    def _find_case_named(self, mail):
        """Return the case that a mail names in its subject, if it is the sender's.

        Numbers are unique in a company only, and anybody can write one: the case must
        know the sender. Where several do, it is the latest.

        :param mail: ``IncomingMail``, parsed
        :returns: ``aftersales.case``, one or none
        """
        cases = self.env["aftersales.case"]
        if mail.scan:
            return self._find_case_of_scan(mail)
        numbers = _find_numbers(mail.values.get("subject") or "")
        address = self._get_writer_address(mail)
        if not numbers or not address or mail.forged:
            return cases
        found = cases.search([("number", "in", numbers)], order="id desc")
        return next((case for case in found if case._knows(address)), cases)


def _find_numbers(subject):
    """Return the words of a subject that may be the number of a case."""
    words = re.split(r"[\s\[\](){}<>,;\"“”„'#]+", subject)[:MOST_WORDS]
    words = {word.strip(".:!?") for word in words}
    return sorted(
        form
        for word in words
        if len(word) > 2 and any(letter.isdigit() for letter in word)
        for form in {word, word.upper()}
    )
