import logging
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...const import MAIL_EXPIRED, MAIL_REFUSED

_logger = logging.getLogger(__name__)

# How long a message is tried again, and how many of them in one run.
RETRIED_FOR = timedelta(days=1)
RETRIED_AT_ONCE = 1000
# An address is wrong for good.
LOST_TYPES = ("mail_email_invalid", "mail_email_missing")
# What a server says for good of the receiver or the text: RFC 5321 4.2.1. What it says
# of ourselves, as of a wrong password, may be mended within the day.
REFUSED = re.compile(r"SMTP(RecipientsRefused|DataError):.*\(5\d\d,", re.DOTALL)
TRY_AGAIN = re.compile(r"SMTP(RecipientsRefused|DataError):.*\(4\d\d,", re.DOTALL)


class MailMail(models.Model):
    """Messages to customers that follow from a case: did they leave, or not?

    The history says "sent" only when the server took the message. A server that is down
    or busy is tried again for a day; what is lost for good is shown on the case.
    """

    _inherit = "mail.mail"

    aftersales_template_id = fields.Many2one(
        "mail.template",
        "Message of a Case",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The message to the customer that this is, where it follows from a case.",
    )
    aftersales_lost = fields.Boolean(
        "Lost for Good",
        readonly=True,
        copy=False,
        help="It did not reach the customer and is not tried again; its case says so.",
    )

    aftersales_reason = fields.Char(
        "Why It Was Sent",
        readonly=True,
        help="What made this message to the customer of a case, or “person”.",
    )
    aftersales_logged = fields.Boolean(
        "In the History",
        readonly=True,
        copy=False,
        help="The history of the case knows already that this was sent.",
    )

    # What still has to leave.
    _aftersales_waiting_idx = models.Index(
        "(state) WHERE aftersales_template_id IS NOT NULL AND state IN"
        " ('outgoing', 'exception') AND aftersales_lost IS NOT TRUE"
    )

    def write(self, vals):
        res = super().write(vals)
        if vals.get("state") == "sent":
            self.filtered(
                lambda mail: (
                    mail.model == "aftersales.case"
                    and mail.message_type == "email_outgoing"
                    and not mail.aftersales_logged
                )
            )._log_departure()
        return res

    def _log_departure(self):
        """Tell the history that these have left; no trouble there may send them twice."""
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                cases = self._get_aftersales_cases()
                cases._log_mail_out(self.filtered("aftersales_template_id"))
                cases._log_mailed(self)
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.exception("The history does not know that %s have left", self)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # Core deletes some of those that failed.
        self._get_undelivered().filtered(lambda mail: mail._is_refused())._give_up(
            MAIL_REFUSED
        )
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )

    def _get_undelivered(self):
        return self.filtered(
            lambda mail: (
                mail.aftersales_template_id
                and mail.state == "exception"
                and not mail.aftersales_lost
            )
        )

    def _is_refused(self):
        """Say whether the receiver's server, or we, refused this for good."""
        self.ensure_one()
        reason = self.failure_reason or ""
        if self.failure_type in LOST_TYPES:
            return True
        return bool(REFUSED.search(reason) and not TRY_AGAIN.search(reason))

    def _give_up(self, reason):
        """Show on their cases that these did not reach the customer.

        :param reason: ``MAIL_REFUSED`` or another key of why
        """
        if self:
            self.aftersales_lost = True
            self._get_aftersales_cases()._tell_undelivered(self, reason)

    def _get_aftersales_cases(self):
        return self.env["aftersales.case"].browse(self.mapped("res_id")).exists()

    @api.model
    def _cron_aftersales_retry(self):
        """Send anew what could not leave, for a day; then show it on the case."""
        cron = self.env["ir.cron"]
        domain = [
            ("aftersales_template_id", "!=", False),
            ("state", "=", "exception"),
            ("aftersales_lost", "!=", True),
        ]
        found = self.search(domain, order="date", limit=RETRIED_AT_ONCE)
        mails = found.try_lock_for_update(allow_referencing=True)
        refused = mails.filtered(lambda mail: mail._is_refused())
        since = fields.Datetime.now() - RETRIED_FOR
        expired = (mails - refused).filtered(lambda mail: mail.date < since)
        refused._give_up(MAIL_REFUSED)
        expired._give_up(MAIL_EXPIRED)
        again = mails - refused - expired
        if again:
            again.mark_outgoing()
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        cron._commit_progress(len(found))
