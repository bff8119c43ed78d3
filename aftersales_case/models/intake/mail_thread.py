import logging
from contextlib import nullcontext
from dataclasses import dataclass, field
from xmlrpc.client import Binary

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.mail import (
    decode_message_header,
    email_normalize,
    unfold_references,
)

from ...const import (
    INTAKE_REFUSED,
    REASON_AGAIN,
    REASON_BOUNCE,
    REASON_DUPLICATE,
    REASON_ERROR,
    REASON_LOOP,
)
from ...engine import incoming, mail_headers, mail_reports
from ...engine.private import get_private
from ..extends.ir_rule import follows_case

_logger = logging.getLogger(__name__)

OUR_MODELS = ("aftersales.case", "aftersales.intake")
# What may be gone in a minute: others wrote at the same time, or the disk is full.
PASSING = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, OSError)
# The mail on its way, in the context: see ``IncomingMail.of``.
MAIL_KEY = "aftersales_mail"


@dataclass(eq=False)
class IncomingMail:
    """One mail on its way in; travels in the context through core's gateway."""

    source: bytes
    message: object
    refusal: str | None = None
    message_id: str | None = None
    damaged: bool = False
    forged: bool = False
    values: dict = field(default_factory=dict)
    intake: object = None
    logged: bool = False
    options: dict = field(default_factory=dict)
    # Type, team and company; None as long as nobody has asked.
    sorting: dict | None = None
    # Address from Bcc, and whether no address is known at all.
    envelope: list = field(default_factory=list)
    astray: bool = False
    content: object = None
    # Whether a list put its address into From; what a colleague forwards; a scan's files.
    relayed: bool = False
    forwarded: object = None
    scan: list = field(default_factory=list)
    # Bytes for core's gateway, where they are not the whole mail.
    readable: bytes | None = None

    @classmethod
    def of(cls, env):
        """Return the mail that an environment processes, or None.

        Whatever else a caller puts under that key is none.
        """
        return get_private(env.context, MAIL_KEY, cls)


class MailThread(models.AbstractModel):
    """Core's mail gateway, watched: no mail of ours is lost, none comes in twice.

    Only mail for our addresses or in reply to our messages is looked at.
    """

    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        mail = self._aftersales_read(message, model)
        if mail:
            self._aftersales_ensure_gateway()
            mail.options = {
                "model": model or False,
                "save_original": save_original,
                "strip_attachments": strip_attachments,
            }
            # A file stays what its sender sent: no picture is made smaller.
            self = self.with_context(**{MAIL_KEY: mail}, image_no_postprocess=True)
            message = mail.readable or incoming.clean_headers(mail.source)
        try:
            # Without the savepoint our row of the intake would still be locked when
            # ``_log_apart`` writes the same one in another transaction.
            with self.env.cr.savepoint() if mail else nullcontext():
                result = super().message_process(
                    model,
                    message,
                    custom_values=custom_values,
                    save_original=save_original,
                    strip_attachments=strip_attachments,
                    thread_id=thread_id,
                )
                if mail and not (result or mail.intake or mail.logged):
                    self.env["aftersales.intake"]._log_refused(
                        mail, mail.refusal or REASON_DUPLICATE
                    )
        except Exception as error:
            if mail:
                # The caller rolls back, and fetchmail then forgets the mail. A further
                # try in this transaction would see what this one saw, and fail again.
                reason = REASON_AGAIN if isinstance(error, PASSING) else REASON_ERROR
                self.env["aftersales.intake"]._log_apart(mail, reason, error)
            raise
        return result

    @api.private  # see message_parse
    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        mail = IncomingMail.of(self.env)
        try:
            routes = super().message_route(
                message, message_dict, model, thread_id, custom_values
            )
        except ValueError:
            if not mail or not mail.astray:
                raise
            routes = [("aftersales.intake", 0, {}, self.env.uid, None)]
        if not mail:
            return routes
        if message_dict.get("is_bounce"):
            mail.refusal = REASON_BOUNCE
        return self.env["aftersales.intake"]._screen(mail, routes)

    @api.model
    def _message_parse_post_process(self, message, message_dict, routes):
        """Name no author of whom only the address speaks that our server doubts."""
        values = super()._message_parse_post_process(message, message_dict, routes)
        mail = IncomingMail.of(self.env)
        if mail and mail.forged:
            values["author_id"] = False
        return values

    @api.model
    def _detect_loop_headers(self, msg_dict):
        found = super()._detect_loop_headers(msg_dict)
        mail = IncomingMail.of(self.env)
        if found and mail:
            mail.refusal = REASON_LOOP
        return found

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        # Core refuses a sender's 21st mail in two hours, and bounces it: a busy
        # customer is no loop. ``aftersales.intake._screen`` has looked for one.
        others = [route for route in routes or [] if route[0] not in OUR_MODELS]
        mail = IncomingMail.of(self.env)
        if mail and not others:
            return False
        found = super()._detect_loop_sender(message, message_dict, others or routes)
        if found and mail and mail.intake:
            # Core drops the mail for all receivers, and with it what became of ours.
            mail.intake.write(
                {"state": INTAKE_REFUSED, "reason": REASON_LOOP, "case_id": False}
            )
        return found

    @api.model
    def _aftersales_ensure_gateway(self):
        """Guard: only who fetches mail for all hands in a mail of somebody else.

        A program of the mail server calls ``message_process`` as an administrator.

        :raises AccessError: for everybody else, who could forge any sender
        """
        if not self.env.su and not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._(
                    "Only the mail server brings in mail of cases. Write a message on"
                    " the case instead."
                )
            )

    @api.model
    def _message_compute_author(self, author_id=None, email_from=None):
        result = super()._message_compute_author(author_id, email_from)
        if (author_id or email_from) and follows_case(self.env, self._name):
            self._aftersales_ensure_own_name(*result)
        return result

    @api.model
    def _aftersales_ensure_own_name(self, author_id, email_from):
        """Guard: about a case, everybody speaks for himself or for our company.

        Customers are heard by mail and portal.

        :param author_id: id of the partner who speaks, or none
        :param email_from: address under which he does
        :raises AccessError: when the author is somebody else
        """
        if self.env.su or IncomingMail.of(self.env):
            return
        user = self.env.user
        # sudo: asked who it is, which is shown to nobody
        author = self.env["res.partner"].sudo().browse(author_id)
        if author == user.partner_id or author.ref_company_ids:
            return
        # sudo: addresses of our own
        domains = self.env["mail.alias.domain"].sudo()
        address = email_normalize(email_from or "")
        if not author and address and domains._find_aliases([address]):
            return
        raise AccessError(
            self.env._(
                "Author: write about a case in your own name. What a customer said comes"
                " in by mail; forward it, or quote it in your message."
            )
        )

    @api.model
    def _aftersales_read(self, message, model):
        """Return the ``IncomingMail`` when a mail is ours, else None."""
        if isinstance(message, Binary):
            message = message.data
        source = message.encode() if isinstance(message, str) else bytes(message)
        parsed, readable = incoming.parse(source)
        addresses = mail_headers.find_addresses(parsed, mail_headers.RECIPIENT_HEADERS)
        known = self._aftersales_find_aliases(addresses)
        envelope = [] if known else mail_headers.find_envelope(parsed)
        known = known or self._aftersales_find_aliases(envelope)
        # Nobody could say whose it is, and core would forget it.
        astray = not (model or addresses or known)
        if not (
            model in OUR_MODELS
            or known
            or astray
            or self._aftersales_is_answer(parsed)
            or self._aftersales_find_returned(parsed, source)
        ):
            return None
        return IncomingMail(
            source,
            parsed,
            incoming.find_refusal(parsed),
            readable=readable,
            envelope=envelope if known else [],
            astray=astray,
        )

    @api.model
    def _aftersales_find_aliases(self, addresses):
        """Return the addresses of ours, as ``mail.alias``, among some."""
        # sudo: the gateway runs as whoever fetches mail
        aliases = self.env["mail.alias"].sudo()
        if not addresses:
            return aliases
        local_parts = [address.partition("@")[0] for address in addresses]
        return aliases.search(
            [
                ("alias_model_id.model", "in", OUR_MODELS),
                "|",
                ("alias_full_name", "in", addresses),
                "&",
                ("alias_name", "in", local_parts),
                ("alias_incoming_local", "=", True),
            ]
        )

    @api.model
    def _aftersales_is_answer(self, parsed):
        references = [
            *unfold_references(decode_message_header(parsed, "References")),
            decode_message_header(parsed, "In-Reply-To").strip(),
        ]
        return bool(self._aftersales_find_messages(references[-32:]))

    @api.model
    def _aftersales_find_messages(self, message_ids):
        """Return our messages, of cases and the inbox, that some ids name."""
        # sudo: the gateway runs as whoever fetches mail
        messages = self.env["mail.message"].sudo()
        message_ids = list(filter(None, message_ids))
        if not message_ids:
            return messages
        return messages.search(
            [("message_id", "in", message_ids), ("model", "in", OUR_MODELS)],
            order="id desc",
        )

    @api.model
    def _aftersales_find_returned(self, parsed, source):
        """Return which of our messages a server reports on, wherever it names it."""
        if not mail_reports.is_report(parsed):
            return self.env["mail.message"]
        return self._aftersales_find_messages(mail_reports.find_message_ids(source))[:1]
