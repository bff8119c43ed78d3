from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize, email_normalize_all

from ...const import (
    AUTOMATIC_REASONS,
    EVENT_CUSTOMER_MESSAGE,
    EVENT_MESSAGE,
    EVENT_REPLY,
    INTAKE_CASE,
    REPLY_AUTOMATIC,
    REPLY_OUT_OF_OFFICE,
    REPLY_PERSON,
    REPLY_RATING,
    REPLY_STAGE,
)
from ...engine.private import AUTOMATIC_KEY, Automatic, get_private

# Types of messages that people write, and those that machines send to people.
WRITTEN_TYPES = ("comment", "email", "sms")
MACHINE_TYPES = {
    "auto_comment": REPLY_AUTOMATIC,
    "out_of_office": REPLY_OUT_OF_OFFICE,
}


class AftersalesCase(models.Model):
    """What was said, by us and by the customer, told to the log for every channel.

    A ``reply`` is what the customer's people receive of us, a ``customer_message`` what
    they tell us, and a ``message`` what one of us wrote for others: a note, or a mail to
    the supplier. The text stands in the message, never in the log.
    """

    _inherit = "aftersales.case"

    # === Channels === #

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        self._log_customer_words(message)
        return result

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        receivers = super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        # What is put off is told when it is sent, and then comes here again.
        if not self._is_notification_scheduled(kwargs.get("scheduled_date")):
            self._log_own_words(message, receivers, kwargs.get("sms_numbers"))
        return receivers

    def _message_mail_after_hook(self, mails):
        """Log what a colleague mails to the customers of many cases."""
        result = super()._message_mail_after_hook(mails)
        reason = self._get_automatic_reason()
        if not reason and self.env.uid == SUPERUSER_ID:
            reason = REPLY_AUTOMATIC
        # sudo: marks for ourselves, on mails that the user has just made
        mails = mails.sudo()
        mails.aftersales_reason = reason or REPLY_PERSON
        now = fields.Datetime.now()
        sent = mails.filtered(
            lambda mail: (
                mail.state != "cancel"
                and not (mail.scheduled_date and mail.scheduled_date > now)
            )
        )
        self._log_mailed(sent)
        return result

    @api.private  # takes a template, which no client can send
    def rating_send_request(self, template, lang=False, force_send=True):
        asked = self.with_context(**{AUTOMATIC_KEY: Automatic(REPLY_RATING)})
        return super(AftersalesCase, asked).rating_send_request(
            template, lang=lang, force_send=force_send
        )

    # === The customer === #

    def _log_customer_words(self, message):
        """Log a message of the customer; what he wrote himself takes the case on."""
        # sudo: who wrote, and from where, is asked and shown to nobody
        said = message.sudo()
        if said.message_type not in WRITTEN_TYPES or self._is_our_word(said):
            return
        if self._is_suppliers(said):
            return
        # What the gateway doubts comes in as a note, and its row says why.
        doubt = self._get_intake_rows(said).reason if said.is_internal else None
        if doubt in AUTOMATIC_REASONS:
            self._log_customer_messages(message, doubt)
        elif not doubt:
            self._after_customer_message(message)

    @api.model
    def _after_customer_message(self, messages):
        """Hook: what follows when the customer has said something, once per batch.

        Called for every message on a case that the customer, or somebody on his behalf,
        wrote himself, by whatever channel; ``message_post`` calls it. Whoever lets a
        customer speak without it calls this. The core logs the event, and takes the case
        on where its type says so; the mail that made the case takes it nowhere.

        :param messages: ``mail.message`` of cases
        """
        self._log_customer_messages(messages)
        # sudo: what follows from an answer is not the customer's to be allowed
        said = messages.sudo().filtered(lambda message: not message.is_internal)
        rows = self._get_intake_rows(said)
        first = {
            (row.message_id, row.case_id.id) for row in rows if row.state == INTAKE_CASE
        }
        answered = said.filtered(lambda m: (m.message_id, m.res_id) not in first)
        # sudo: as above
        self.sudo().browse(dict.fromkeys(answered.mapped("res_id")))._move_on_reply()

    @api.model
    def _get_intake_rows(self, messages):
        """Return the rows of the mails that these messages came in by."""
        # sudo: the gateway runs as the sender's user
        intake = self.env["aftersales.intake"].sudo()
        return intake.search([("message_id", "in", messages.mapped("message_id"))])

    def _move_on_reply(self):
        """Take cases on when the customer has answered, where their type says so."""
        links = self.type_id._get_links()
        targets = self.grouped(
            lambda case: links.get((case.type_id.id, case.stage_id.id))
        )
        for link, cases in targets.items():
            if link and link.reply_stage_id:
                cases._try_to_move(link.reply_stage_id)

    def _try_to_move(self, stage):
        """Move all at once; one by one when a rule refuses one, which is noted there."""
        try:
            with self.env.cr.savepoint():
                self.stage_id = stage
        except UserError as error:
            if len(self) == 1:
                self._message_log(body=str(error))
                return
            for case in self:
                case._try_to_move(stage)

    @api.model
    def _log_customer_messages(self, messages, reason=None):
        """Log messages of customers.

        :param reason: key of what made them, when it was no person
        """
        self.env["aftersales.case.event"]._log_events(
            [
                self._prepare_said(message, EVENT_CUSTOMER_MESSAGE, reason)
                for message in messages.sudo()  # sudo: as in _log_customer_words
            ]
        )

    # === Ourselves === #

    def _log_own_words(self, message, receivers, numbers=None):
        """Log what one of us, or something of ours, has told the customer or others.

        :param receivers: result of ``_notify_thread``
        :param numbers: numbers that get a text message besides the receivers
        """
        # sudo: who is told is asked and shown to nobody
        said = message.sudo()
        marked = self._get_automatic_reason()
        reason = MACHINE_TYPES.get(said.message_type) or marked
        if not (reason or said.message_type in WRITTEN_TYPES):
            return
        if not self._is_our_word(said):
            return
        if not reason and self.env.uid == SUPERUSER_ID and not said.author_id.user_ids:
            reason = REPLY_AUTOMATIC
        partners = said.author_id.browse(p["id"] for p in receivers if p["id"])
        addresses = {p["email_normalized"] for p in receivers if not p["id"]}
        if said.message_type == "email" and self.env.uid == SUPERUSER_ID:
            # Whom the mail itself went to is not told a second time. Only the gateway
            # knows; others could only claim it.
            for known in (said.incoming_email_to, said.incoming_email_cc):
                addresses |= set(email_normalize_all(known or ""))
        told = (marked or not self._is_note(said)) and (
            self._is_told(partners | self._find_receivers(addresses), addresses)
            or self._is_phoned(numbers or ())
        )
        if told or not reason:
            kind = EVENT_REPLY if told else EVENT_MESSAGE
            self.env["aftersales.case.event"]._log_events(
                [self._prepare_said(said, kind, reason)]
            )

    def _log_mailed(self, mails):
        """Log mails to customers of these cases that are no messages of their chatter.

        What a colleague mails counts when he sends it, what is made by itself, or put
        off, when it leaves.

        :param mails: ``mail.mail``, each of them once
        """
        # sudo: as in _log_own_words
        cases = {case.id: case for case in self.sudo()}
        mails = mails.sudo().filtered(lambda mail: mail.res_id in cases)
        written = {
            mail: set(email_normalize_all(mail.email_to or "")) for mail in mails
        }
        found = self._find_receivers(set().union(*written.values()))
        events = []
        for mail, addresses in written.items():
            case = cases[mail.res_id]
            known = found.filtered(lambda p, a=addresses: p.email_normalized in a)
            told = case._is_told(mail.recipient_ids | known, addresses)
            usual = REPLY_STAGE if mail.aftersales_template_id else REPLY_AUTOMATIC
            reason = mail.aftersales_reason or usual
            if told or reason == REPLY_PERSON:
                said = {
                    "case_id": case,
                    "kind": EVENT_REPLY if told else EVENT_MESSAGE,
                    "reason": None if reason == REPLY_PERSON else reason,
                    "actor_id": mail.create_uid.id,
                }
                events.append(said)
        self.env["aftersales.case.event"]._log_events(events)
        mails.aftersales_logged = True

    def _get_automatic_reason(self):
        automatic = get_private(self.env.context, AUTOMATIC_KEY, Automatic)
        return automatic and automatic.reason

    # === Who is who === #

    @api.model
    def _is_our_word(self, message):
        """Say whether a colleague, our company, or one of our addresses speaks."""
        return bool(self._filter_our_words(message))

    @api.model
    def _filter_our_words(self, messages):
        """Return those of some messages in which we speak; see ``_is_our_word``."""
        senders = {
            message: email_normalize(message.email_from or "")
            for message in messages
            if not message.author_id
        }
        addresses = list(filter(None, dict.fromkeys(senders.values())))
        domains = self.env["mail.alias.domain"].sudo()  # sudo: addresses of our own
        ours = domains._find_aliases(addresses) if addresses else []

        def is_ours(message):
            author = message.author_id
            if author:
                return not author.partner_share or bool(author.ref_company_ids)
            return senders[message] in ours

        return messages.filtered(is_ours)

    @api.model
    def _is_note(self, message):
        """Say whether a message is for us only; a text message leaves us as a note."""
        if message.message_type == "sms":
            return False
        return message.is_internal or message.subtype_id.internal

    def _is_suppliers(self, message):
        """Say whether the supplier of this case speaks, and not its customer."""
        self.ensure_one()
        author = message.author_id.commercial_partner_id
        if not author or author in self._get_case_customers():
            return False
        suppliers = self._get_merged_cases().sudo().supplier_id  # sudo: as above
        return author in suppliers.commercial_partner_id

    @api.model
    def _find_receivers(self, addresses):
        """Return the partners, of any company, who are reached at these addresses."""
        # sudo: as in _log_own_words
        partners = self.env["res.partner"].sudo()
        addresses = list(filter(None, addresses))
        if not addresses:
            return partners
        return partners.search([("email_normalized", "in", addresses)])

    def _is_told(self, receivers, addresses):
        """Say whether the customer's people are among the receivers of a message.

        They are whom the messages for the customer go to, their colleagues, whoever
        reported the case for them, and the address that the case has.

        :param receivers: partners who get it, with sudo
        :param addresses: normalized addresses that get it
        """
        self.ensure_one()
        cases = self._get_merged_cases().sudo()  # sudo: as in _log_own_words
        named = cases.contact_id | cases.partner_id
        for case in cases:
            named |= case._get_customer_partners()
        own = {email_normalize(case.email or "") for case in cases}
        own = set(filter(None, own | set(named.mapped("email_normalized"))))
        addresses = addresses | set(receivers.mapped("email_normalized"))
        if receivers & named or addresses & own:
            return True
        suppliers = cases.supplier_id.commercial_partner_id
        reporters = cases.reporter_id.filtered(
            lambda p: p.partner_share and p.commercial_partner_id not in suppliers
        )
        customers = named.commercial_partner_id
        theirs = receivers.filtered(
            lambda p: p.commercial_partner_id in customers or p in reporters
        )
        return any(theirs.mapped("partner_share"))

    def _is_phoned(self, numbers):
        """Say whether one of these numbers is the number of this case."""
        self.ensure_one()
        phones = self._get_merged_cases().sudo().mapped("phone")  # sudo: as above
        known, got = (
            {self._phone_format(number=number) or number for number in some if number}
            for some in (phones, numbers)
        )
        return bool(known & got)

    def _prepare_said(self, message, kind, reason):
        """Return the event that somebody said something."""
        vals = {
            # sudo: the snapshot of the case, whoever speaks
            "case_id": self.sudo().browse(message.res_id),
            "kind": kind,
            "reason": reason or None,
        }
        # The gateway posts as nobody: the author says whose word it is.
        author = message.author_id.user_ids[:1]
        return vals | ({"actor_id": author.id} if author else {})
