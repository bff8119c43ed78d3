import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools.mail import append_content_to_html, html_sanitize

from ...const import AUTHSERV_ID
from ...engine import incoming, mail_reports
from ...engine.content import join_html, read_content
from .mail_thread import PASSING, IncomingMail

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """What a mail of ours says, read so that nothing of it is lost."""

    _inherit = "mail.thread"

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
        if mail.envelope:
            known = filter(None, (msg_dict.get("recipients"), *mail.envelope))
            msg_dict["recipients"] = ",".join(known)
        mail.values = self._aftersales_clean(msg_dict)
        self.env["aftersales.intake"]._recognise(mail)
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

    @api.model
    def _detect_is_bounce(self, message, message_dict):
        found = super()._detect_is_bounce(message, message_dict)
        return found or bool(
            IncomingMail.of(self.env) and mail_reports.is_report(message)
        )

    def _message_parse_extract_bounce(self, email_message, message_dict):
        """Find of which message of ours a report speaks, wherever it names it.

        Core takes any report for a failure, and knows one kind of them.
        """
        found = super()._message_parse_extract_bounce(email_message, message_dict)
        mail = IncomingMail.of(self.env)
        if not mail or not found.get("is_bounce"):
            return found
        if not mail_reports.is_failure(email_message):
            nobody = self.env["res.partner"]
            nothing = self.env["mail.message"]
            return found | {
                "bounced_email": False,
                "bounced_partner": nobody,
                "bounced_message": nothing,
            }
        message = found["bounced_message"] or self._aftersales_find_returned(
            email_message, mail.source
        )
        address = found["bounced_email"]
        if message.model == "aftersales.case" and not address:
            # sudo: the gateway runs as whoever fetches mail
            case = self.env[message.model].sudo().browse(message.res_id).exists()
            address = case._find_returned_address(email_message, mail.source)
        return found | {"bounced_message": message, "bounced_email": address}
