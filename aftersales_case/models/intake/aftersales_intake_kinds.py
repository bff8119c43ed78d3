from odoo import api, models

from ...engine import addresses, incoming, mail_headers
from ...engine.addresses import is_of_domain
from ...engine.content import join_html, read_content
from ...engine.forwarded import find_forwarded, get_text, read_attached


class AftersalesIntake(models.Model):
    """Mails that somebody else than their writer brings us: lists, colleagues, copiers."""

    _inherit = "aftersales.intake"

    @api.model
    def _recognise(self, mail):
        """Find out of what kind a mail is, as soon as it has been read.

        :param mail: ``IncomingMail``, parsed; changed in place
        """
        mail.relayed = self._is_relayed(mail)
        mail.forwarded = self._find_forwarded(mail)
        mail.scan = [] if mail.forwarded else self._find_scan(mail)

    # === Lists === #

    @api.model
    def _is_relayed(self, mail):
        """Say whether a list put an address of ours in place of the writer's."""
        writer = self._get_writer_address(mail)
        through_list = mail_headers.get_list_id(
            mail.message
        ) or mail_headers.is_of_list(mail.message)
        # sudo: the gateway runs as the sender's user
        domains = self.env["mail.alias.domain"].sudo()
        return bool(writer and through_list and domains._find_aliases([writer]))

    # === Forwarded by a colleague === #

    @api.model
    def _find_forwarded(self, mail):
        """Return the mail of a customer that a colleague forwards, or None.

        Whoever may be a colleague only in name forwards nothing: his own address is
        what we know of him.
        """
        if not mail.content or mail.forged or mail.refusal:
            return None
        if not self._find_colleague(self._get_writer_address(mail)):
            return None
        text = get_text(mail.values.get("body"))
        found = find_forwarded(text, self._is_address_of_ours)
        return found or self._find_attached(mail, text)

    @api.model
    def _find_attached(self, mail, text):
        for message in mail.content.messages[:1]:
            words = read_content(message).texts
            body = join_html(words, lambda text: f"<pre>{_escape(text)}</pre>")
            found = read_attached(message, get_text(body), text)
            if found and not self._is_address_of_ours(found.address):
                return found
        return None

    @api.model
    def _find_colleague(self, address):
        """Return the user of ours whose address it is, or none."""
        # sudo: the gateway runs as the sender's user
        users = self.env["res.users"].sudo()
        if not address:
            return users
        domain = [("email_normalized", "=", address), ("share", "=", False)]
        return users.search(domain, limit=1)

    @api.model
    def _is_address_of_ours(self, address):
        return is_of_domain(address, self._get_own_domains()) or bool(
            self._find_colleague(address)
        )

    # === Scans === #

    @api.model
    def _find_scan(self, mail):
        """Return the names of the files that a device of ours has scanned, or none.

        It writes under an address of our domain that is no person's, and sends files
        that hold pictures.
        """
        writer = self._get_writer_address(mail)
        if not mail.content or mail.forged or mail.refusal or mail.relayed:
            return []
        names = [
            file.name
            for file in mail.content.files
            if incoming.is_page(file.kind, file.name)
        ]
        if not names or not is_of_domain(writer, self._get_own_domains()):
            return []
        # sudo: the gateway runs as the sender's user
        domains = self.env["mail.alias.domain"].sudo()
        if not (addresses.is_device(writer) or domains._find_aliases([writer])):
            return []
        if self._get_sender_address(mail) not in (writer, ""):
            return []  # a form with the customer in Reply-To
        # sudo: the gateway runs as the sender's user
        people = self.env["res.partner"].sudo()
        if people.search_count([("email_normalized", "=", writer)], limit=1):
            return []
        return names

    @api.model
    def _find_case_of_scan(self, mail):
        """Return the one case whose number stands in subject or files of a scan.

        Whoever scans is a colleague; which one, nobody knows. Where it names several
        cases, or one number of two companies, somebody has to look.
        """
        cases = self.env["aftersales.case"]
        said = [mail.values.get("subject") or "", *mail.scan]
        numbers = {form for text in said for form in incoming.find_case_numbers(text)}
        if not numbers:
            return cases
        found = cases.search([("number", "in", sorted(numbers))])
        survivors = cases.union(*(case._get_survivor() for case in found))
        return survivors if len(survivors) == 1 else cases


def _escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
