import logging
from contextlib import nullcontext
from dataclasses import dataclass, field
from xmlrpc.client import Binary

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.mail import (
    append_content_to_html,
    decode_message_header,
    email_normalize,
    email_split,
    html_sanitize,
    unfold_references,
)

from ...const import (
    AUTHSERV_ID,
    INTAKE_REFUSED,
    REASON_AGAIN,
    REASON_BOUNCE,
    REASON_DUPLICATE,
    REASON_ERROR,
    REASON_LOOP,
)
from ...engine import incoming
from ...engine.content import join_html, read_content
from ...engine.private import get_private
from ..extends.ir_rule import follows_case

_logger = logging.getLogger(__name__)

OUR_MODELS = ("aftersales.case", "aftersales.intake")
# What may be gone in a minute: others wrote at the same time, or the disk is full.
PASSING = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, OSError)
# The mail on its way, in the context: see ``IncomingMail.of``.
MAIL_KEY = "aftersales_mail"
RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "Resent-To", "Resent-Cc")


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
    sorting: dict = field(default_factory=dict)
    content: object = None
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

    @api.private  # the mail that travels in the context is the gateway's
    @api.model
    def message_parse(self, message, save_original=False):
        mail = IncomingMail.of(self.env)
        if not mail:
            return super().message_parse(message, save_original=save_original)
        incoming.repair_headers(message)
        incoming.repair_charsets(message)
        # sudo: the gateway runs as whoever fetches mail
        get_param = self.env["ir.config_parameter"].sudo().get_param
        mail.forged = incoming.is_forged(message, get_param(AUTHSERV_ID))
        mail.message_id = self.env["aftersales.intake"]._get_message_id(mail)
        del message["Message-Id"]
        message["Message-Id"] = mail.message_id
        try:
            msg_dict = super().message_parse(message, save_original=save_original)
            mail.damaged = bool(mail.readable or mail.content.damaged)
            mail.damaged |= incoming.is_damaged(
                message, msg_dict.get("body"), msg_dict.get("attachments")
            )
        except PASSING:
            raise
        except Exception as error:
            _logger.info("Only the headers of a mail could be read: %s", error)
            save_original, mail.damaged = False, True
            msg_dict = super().message_parse(incoming.read_headers(mail.source))
        # Of an unreadable mail core reads the id anew, or makes one up.
        msg_dict["message_id"] = mail.message_id
        mail.values = self._aftersales_clean(msg_dict)
        if mail.damaged and not save_original:
            original = self._Attachment("original_email.eml", mail.source, {})
            mail.values["attachments"].append(original)
        return mail.values

    def _message_parse_extract_payload(
        self, message, message_dict, save_original=False
    ):
        """Read words and files by ourselves: core rewrites files as text, and keeps of a
        mail with another one in it only the words of that."""
        mail = IncomingMail.of(self.env)
        if not mail:
            return super()._message_parse_extract_payload(
                message, message_dict, save_original=save_original
            )
        mail.content = content = read_content(message)
        body = join_html(
            content.texts, lambda text: append_content_to_html("", text, preserve=True)
        )
        if any(is_html for is_html, _text in content.texts):
            body = html_sanitize(body, sanitize_tags=False, strip_classes=True)
        files = [
            self._Attachment(
                file.name, file.data, {"cid": file.cid} if file.cid else {}
            )
            for file in content.files
        ]
        if save_original:
            files.insert(0, self._Attachment("original_email.eml", mail.source, {}))
        return self._message_parse_extract_payload_postprocess(
            message, {"body": Markup(body), "attachments": files}
        )

    @api.model
    def _aftersales_clean(self, msg_dict):
        """Return a parsed mail without what the database would refuse."""
        msg_dict = incoming.drop_zero_bytes(msg_dict)
        msg_dict.setdefault("subject", "")
        msg_dict["attachments"] = [
            file._replace(fname=file.fname.replace("\0", ""))
            for file in msg_dict.get("attachments", ())
        ]
        try:
            fields.Datetime.to_datetime(msg_dict.get("date") or False)
        except ValueError:
            # Python reads a year 208, and writes it with three digits.
            del msg_dict["date"]
        return msg_dict

    @api.private  # see message_parse
    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        routes = super().message_route(
            message, message_dict, model, thread_id, custom_values
        )
        mail = IncomingMail.of(self.env)
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
        if model not in OUR_MODELS and not self._aftersales_is_ours(parsed):
            return None
        return IncomingMail(
            source, parsed, incoming.find_refusal(parsed), readable=readable
        )

    @api.model
    def _aftersales_is_ours(self, parsed):
        addresses = [
            address.lower()
            for name in RECIPIENT_HEADERS
            for address in email_split(decode_message_header(parsed, name, ","))
        ]
        local_parts = [address.partition("@")[0] for address in addresses]
        # sudo: the gateway runs as whoever fetches mail
        aliases = self.env["mail.alias"].sudo()
        if addresses and aliases.search_count(
            [
                ("alias_model_id.model", "in", OUR_MODELS),
                "|",
                ("alias_full_name", "in", addresses),
                "&",
                ("alias_name", "in", local_parts),
                ("alias_incoming_local", "=", True),
            ],
            limit=1,
        ):
            return True
        references = [
            *unfold_references(decode_message_header(parsed, "References")),
            decode_message_header(parsed, "In-Reply-To").strip(),
        ]
        # sudo: as above
        return bool(
            self.env["mail.message"]
            .sudo()
            .search_count(
                [
                    ("message_id", "in", list(filter(None, references))[-32:]),
                    ("model", "in", OUR_MODELS),
                ],
                limit=1,
            )
        )
