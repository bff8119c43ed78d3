import logging
from contextlib import contextmanager
from datetime import timedelta

from psycopg2.errors import LockNotAvailable, SerializationFailure

from odoo import api, fields, models
from odoo.modules import module
from odoo.tools import SQL

from ..hold.dunning_lock import lock_for_sending
from .credit_control_line import JUDGED

_logger = logging.getLogger(__name__)

COMMUNICATION = "credit.control.communication"
LINE = "credit.control.line"
# What was done meanwhile with a mail and its communication, by others.
FRESH = """
    SELECT mail.state IN ('cancel', 'sent'), com.is_stopped
      FROM mail_mail AS mail
 LEFT JOIN credit_control_communication AS com ON com.id = %s
     WHERE mail.id = %s
"""
WAIT = timedelta(minutes=1)
QUEUE = "mail.ir_cron_mail_scheduler_action"


def look_again_soon(env, queue):
    """Leave something in a queue, and let its job come back soon.

    :param queue: external id of the job
    """
    if cron := env.ref(queue, False):
        # sudo: waking the queue is no matter of rights
        cron.sudo()._trigger(at=fields.Datetime.now() + WAIT)


class MailMail(models.Model):
    """The last gate: no mail about a held invoice leaves, whatever made it.

    The model of its message decides, since the composer and templates send without the
    subtype of reminders.
    """

    _inherit = "mail.mail"

    @api.private  # called by core where it posts, with what it posts
    def send_after_commit(self):
        """Commit after each reminder where the transaction does nothing but send.

        So a hold waits for one mail, not for all of them.
        """
        if module.current_test:
            return super().send_after_commit()
        mails = self.with_context(dunning_only_sends=JUDGED, dunning_judged=None)
        return super(MailMail, mails).send_after_commit()

    def _send(
        self,
        auto_commit=False,
        raise_exception=False,
        smtp_session=None,
        alias_domain_id=False,
        mail_server=False,
        post_send_callback=None,
    ):
        """Send reminders one by one, each under the lock of its invoices."""
        options = {
            "auto_commit": auto_commit,
            "raise_exception": raise_exception,
            "smtp_session": smtp_session,
            "alias_domain_id": alias_domain_id,
            "mail_server": mail_server,
            "post_send_callback": post_send_callback,
        }
        reminders = self.filtered(lambda mail: mail.model in (COMMUNICATION, LINE))
        if not reminders:
            return super()._send(**options)
        result = True
        if others := self - reminders:
            result = super(MailMail, others)._send(**options)
        only_sends = self.env.context.get("dunning_only_sends") is JUDGED
        options["auto_commit"] = auto_commit or only_sends
        for mail in reminders:
            with mail._gate() as may_leave:
                if may_leave:
                    super(MailMail, mail)._send(**options)
                    continue
            if post_send_callback:
                post_send_callback(mail.ids)
        return result

    def _update_control_line_status(self):
        # The mail has left: nothing is to be judged any more.
        return super(
            MailMail, self.with_context(dunning_judged=JUDGED)
        )._update_control_line_status()

    # === The gate === #

    @contextmanager
    def _gate(self):
        """Say whether a reminder may leave, and keep holds away until the end.

        One that may not is cancelled; one whose invoice is just being held stays in the
        queue.
        """
        self.ensure_one()
        if self.state != "outgoing":
            yield True
            return
        lines = self._get_reminder_lines()
        if self._is_stopped(lines):
            self._stop(lines)
            yield False
            return
        moves = lines.invoice_id
        with lock_for_sending(self.env, *lines._get_locks()) as cr:
            if cr is None:
                look_again_soon(self.env, QUEUE)
                yield False
                return
            is_done, was_stopped = self._read_fresh(cr)
            if is_done:
                # Written by others since this transaction began: hands off.
                yield False
                return
            if moves._is_hold_starting(cr):
                look_again_soon(self.env, QUEUE)
                yield False
                return
            standings = moves._get_standings(cr=cr)
            # sudo: the judge looks at everything, whoever sends
            now = lines.sudo().move_line_id._get_items_now(cr)
            if was_stopped or self._is_stopped(lines, standings, now):
                self._stop(lines, standings, now)
                yield False
                return
            yield True

    def _get_reminder_lines(self):
        """Return the control lines that a mail is about."""
        # sudo: the judge looks at everything, whoever sends
        lines = self.env[LINE].sudo()
        if self.model == LINE:
            return lines.browse(self.res_id).exists()
        if not self.res_id:
            return lines
        return lines.search([("communication_id", "=", self.res_id)])

    def _is_stopped(self, lines, standings=None, now=None):
        """Say whether a mail asks for something else than what may be dunned.

        What the customer has had already may be written about when it was paid.

        :param standings: as read by a fresh cursor; as this transaction sees them
            unless given
        :param now: result of ``_get_items_now``; likewise
        """
        if self.model == COMMUNICATION and self.res_id:
            # sudo: as above
            communication = self.env[COMMUNICATION].sudo().browse(self.res_id).exists()
            if communication.is_stopped or (communication and not lines):
                return True
        due = lines._get_dunnable(standings, now)
        unsent = lines._filter_unsent()
        if any(line in due and line._says_else(due[line]) for line in unsent):
            return True
        held = lines.move_line_id._get_due_now(standings=standings)
        early = lines._filter_early(now)
        return any(
            not amount or line.currency_id.compare_amounts(line.balance_due, amount) > 0
            for line, amount in due.items()
            if line in early or line.hold_id or line.move_line_id.id in held
        )

    def _read_fresh(self, cr):
        """Return whether others have sent or cancelled this mail, or stopped it."""
        cr.execute(
            SQL(FRESH, self.res_id if self.model == COMMUNICATION else None, self.id)
        )
        return cr.fetchone() or (False, False)

    def _stop(self, lines, standings=None, now=None):
        """Cancel a mail, and let its lines follow.

        When somebody else is just writing them it stays in the queue, for the next run
        to see what was written.
        """
        try:
            with self.env.cr.savepoint():
                due = lines._get_dunnable(standings, now)
                held = lines.filtered(lambda line: line._asks_too_much(due))
                self._cancel_held(held and held._get_held_message(standings, now))
                unsent = lines._filter_unsent()
                unsent._hold_back(due)
        except (SerializationFailure, LockNotAvailable):
            self.env.invalidate_all(flush=False)
            _logger.info("Reminder %s waits: its lines are being changed", self.id)
            look_again_soon(self.env, QUEUE)

    def _cancel_held(self, reason=None):
        """Cancel mails that have not left."""
        if not self:
            return
        self.write(
            {
                "state": "cancel",
                "failure_reason": reason
                or self.env[COMMUNICATION]._get_stopped_words(),
            }
        )
        # sudo: the notifications belong to those who were to get the mails
        self.env["mail.notification"].sudo().search(
            [
                ("mail_mail_id", "in", self.ids),
                ("notification_status", "not in", ("sent", "canceled")),
            ]
        ).notification_status = "canceled"
