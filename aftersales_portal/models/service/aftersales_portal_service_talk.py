from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.mail import email_normalize
from odoo.tools.sql import escape_psql

from odoo.addons.aftersales_case.const import EVENT_CREATED, EVENT_STAGE

from ...const import SAID_TYPES

ORIGINAL_MAIL = "original_email.eml"
# Of a mail that reaches its receiver, as far as we know.
MAILED_STATES = ("outgoing", "sent", "received")
# What browsers may show; everything else is downloaded.
SHOWN_INLINE = (
    "application/pdf",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
)


class AftersalesPortalService(models.AbstractModel):
    """What was said about a case, as far as its customer took part in it."""

    _inherit = "aftersales.portal.service"

    # === Messages === #

    @api.model
    def _get_message_domain(self, partner, case):
        """Return the domain of the messages that a person may read.

        A message to the supplier is as public to Odoo as one to the customer. So only
        those count that the customer's people, or whoever reported it for them, wrote or
        received; to a reporter of somebody else those of his own people.
        """
        having = self._get_having(partner, case)
        customers = case.partner_id.commercial_partner_id
        people = partner.commercial_partner_id
        company = ".commercial_partner_id"
        seen, reporter = self._get_part_domain(people, company), people.browse()
        owners = [(partner.email, people)]
        if people == customers:
            reporter = self._get_reporter(case)
            if reporter.commercial_partner_id in (
                customers | case.supplier_id.commercial_partner_id
            ):
                reporter = reporter.browse()
            seen |= self._get_part_domain(reporter)
            owners.append((case.email, customers | reporter.commercial_partner_id))
        addresses = self._get_own_addresses(owners, having)
        for address in addresses:
            seen |= self._get_mailed_domain(address)
        if not customers and email_normalize(case.email or "") in addresses:
            seen |= self._get_address_domain("email_from", email_normalize(case.email))
        return (
            Domain("model", "=", case._name)
            & Domain("res_id", "=", case.id)
            & Domain("message_type", "in", SAID_TYPES)
            & Domain("is_internal", "=", False)
            & (
                Domain("subtype_id", "=", False)
                | Domain("subtype_id.internal", "=", False)
            )
            & seen
        )

    @api.model
    def _get_part_domain(self, partners, of=""):
        """Return the domain of messages that some partners wrote or got.

        :param of: path from those who did to the partners; empty means they themselves
        """
        return Domain.OR(
            Domain(f"{path}{of}", "in", partners.ids)
            for path in ("author_id", "partner_ids", "notification_ids.res_partner_id")
        )

    @api.model
    def _get_having(self, partner, case):
        """Return ``{normalized address: partners who have it}``, of person and case.

        One query reads them, with all others whom the page asks about one by one: the
        people of the case, and whoever spoke.
        """
        people = case.partner_id | case.contact_id | case.reporter_id | case.supplier_id
        addresses = [email_normalize(one.email or "") for one in (partner, case)]
        # sudo: who they are; what of it somebody reads, the page decides
        messages = self.env["mail.message"].sudo()
        said = messages._search([("model", "=", case._name), ("res_id", "=", case.id)])
        # sudo: as above; whose address it is, is shown to nobody
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        asked = [said.subselect("author_id")]
        if addresses := list(filter(None, addresses)):
            having = partners._search([("email_normalized", "in", addresses)])
            asked.append(having.subselect("id"))

        def is_asked(model, alias, query):
            # As an array, which the index takes; otherwise all partners are looked at.
            return SQL(
                "%s = ANY(ARRAY(%s))",
                model._field_to_sql(alias, "id", query),
                SQL(" UNION ").join(asked),
            )

        found = partners.search_fetch(
            Domain("id", "in", people.ids) | Domain.custom(to_sql=is_asked),
            self._get_columns(partners),
        )
        return found.filtered("active").grouped("email_normalized")

    @api.model
    def _get_own_addresses(self, owners, having):
        """Return those of some addresses that are nobody else's, normalized.

        Customers enter addresses themselves, in their account and on their cases: the
        one of a supplier shows them no mail to him.

        :param owners: list of ``(address, partners)``, the companies whose it may be
        :param having: as ``_get_having`` returns it
        """
        owners = [(email_normalize(address or ""), own) for address, own in owners]
        return list(
            dict.fromkeys(
                address
                for address, own in owners
                if address and having.get(address, own).commercial_partner_id <= own
            )
        )

    @api.model
    def _get_mailed_domain(self, address):
        """Return the domain of mails to an address: those of stages have no receivers."""
        return Domain(
            "mail_ids",
            "any",
            Domain("state", "in", MAILED_STATES)
            & self._get_address_domain("email_to", address),
        )

    @api.model
    def _get_address_domain(self, field, address):
        """Return the domain of mails whose field has this very address, named or not."""
        address = escape_psql(address)
        return Domain(field, "=ilike", address) | Domain(field, "ilike", f"<{address}>")

    @api.model
    def _get_messages(self, partner, case):
        """Return the messages that a person may read, with sudo, oldest first."""
        # sudo: core's rules know nothing of the customers of a case
        messages = self.env["mail.message"].sudo()
        return messages.search_fetch(
            self._get_message_domain(partner, case),
            ["author_id", "body", "date", "email_from"],
            order="date, id",
        )

    # === Timeline === #

    @api.model
    def _get_timeline(self, case, messages, files, changes):
        """Return ``[entry]``, newest first: what was said, and how the status changed."""
        ours = case._filter_our_words(messages)
        entries = [
            self._get_said(case, message, files, message in ours)
            for message in messages
        ]
        entries = [entry for entry in entries if entry["body"] or entry["files"]]
        entries += changes
        return sorted(
            entries, key=lambda entry: (entry["at"], entry["order"]), reverse=True
        )

    @api.model
    def _get_author(self, case, message):
        """Return who speaks: what the system wrote, the company says."""
        author = message.author_id
        # The cached id: whether the record is still there is asked anew each time.
        known = self.env["ir.model.data"]
        if author and author.id == known._xmlid_to_res_id("base.partner_root"):
            return case.company_id.name
        return author.name or message.email_from

    @api.model
    def _get_said(self, case, message, files, is_ours):
        return {
            "kind": "said",
            "at": message.date,
            "order": message.id,
            "moment": self._format_moment(message.date),
            "author": self._get_author(case, message),
            "is_ours": is_ours,
            "body": self._get_body(case, message.body),
            "files": [
                self._get_file(case, file)
                for file in message.attachment_ids.sorted("id")
                if file in files
            ],
        }

    @api.model
    def _get_status_changes(self, case):
        """Return the moves that the customer notices: those that change his status."""
        # sudo: see the class
        events = self.env["aftersales.case.event"].sudo()
        moves = events.search_fetch(
            [("case_id", "=", case.id), ("kind", "in", (EVENT_CREATED, EVENT_STAGE))],
            ["at", "stage_id"],
        )
        links = case.type_id._get_links()
        changes, known = [], None
        for event in moves:
            status = case.type_id._get_customer_status(
                links, case.type_id, event.stage_id
            )
            if status != known:
                changes.append(
                    {
                        "kind": "status",
                        "at": event.at,
                        "order": event.id,
                        "moment": self._format_moment(event.at),
                        "status": status,
                        "stage_id": event.stage_id.id,
                    }
                )
            known = status
        return changes

    # === Files === #

    @api.model
    def _get_files(self, partner, case, messages):
        """Return the files that a person may have: with his messages, or meant for him.

        Meant for the customer is nothing for who only reported it for him.
        """
        if not case.type_id.portal_files:
            return self.env["ir.attachment"].sudo()  # sudo: none
        # sudo: core shows files to who may read the record they lie on
        files = self.env["ir.attachment"].sudo()
        shown, customer = Domain.FALSE, case.partner_id.commercial_partner_id
        if customer in (customer.browse(), partner.commercial_partner_id):
            shown = (
                Domain("res_model", "=", case._name)
                & Domain("res_id", "=", case.id)
                & Domain("res_field", "=", False)
                & Domain("aftersales_kind_id.is_for_customer", "=", True)
            )
        shown |= Domain("id", "in", messages.attachment_ids.ids)
        found = files.search_fetch(
            shown, ["file_size", "mimetype", "name", "type"], order="id"
        )
        return found.filtered(
            lambda file: file.type == "binary" and file.name != ORIGINAL_MAIL
        )

    @api.model
    def _get_file(self, case, file):
        """Return what a page says of a file."""
        return {
            "id": file.id,
            "name": file.name,
            "url": self._get_file_url(case, file.id),
            "size": self._format_size(file.file_size),
        }

    @api.model
    def _get_file_url(self, case, file_id):
        return self._get_url(case.id, f"/files/{file_id}")

    @api.model
    def _find_file(self, partner, case_id, file_id):
        """Return a file, with sudo, if this person may have it; else none."""
        case = self._find_case(partner, case_id)
        if not case:
            return self.env["ir.attachment"]
        files = self._get_files(partner, case, self._get_messages(partner, case))
        return files.filtered(lambda file: file.id == file_id)

    @api.model
    def _get_stream(self, partner, case_id, file_id):
        """Return ``(stream, whether browsers may show it)`` of a file, or None."""
        file = self._find_file(partner, case_id, file_id)
        if not file:
            return None
        # sudo: the file was found by who may have it
        stream = self.env["ir.binary"].sudo()._get_stream_from(file)
        return stream, file.mimetype in SHOWN_INLINE
