import logging

import psycopg2

from odoo import SUPERUSER_ID, api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from odoo.tools.mail import html2plaintext

from ...const import (
    CHANNEL_MAIL,
    INTAKE_REFUSED,
    INTAKE_WAITING,
    REASON_AGAIN,
    REASON_DUPLICATE,
    REASON_ERROR,
    REASON_NO_SOURCE,
)
from .aftersales_intake_again import MOST_ATTEMPTS

_logger = logging.getLogger(__name__)

# Mails that nothing became of yet, through no fault of theirs.
FAILURES = (REASON_ERROR, REASON_AGAIN, REASON_NO_SOURCE)
# Two processes with the same mail may write its row apart at the same moment.
APART_ATTEMPTS = 3
APART_PATIENCE = "3s"


class AftersalesIntake(models.Model):
    """Journal: each mail has one row, whatever becomes of it, and in whose transaction."""

    _inherit = "aftersales.intake"

    @api.model
    def _open(self, mail, vals):
        """Write the row of a mail; False when the mail is known already.

        A mail that could not be processed the first time is taken up again.
        """
        known = self.search([("message_id", "=", vals["message_id"])])
        if known._is_unfinished():
            known.write({"reason": False, "error": False, "retry_at": False} | vals)
            mail.intake = known
            return True
        if known:
            self._log_refused(mail, REASON_DUPLICATE)
            return False
        try:
            with self.env.cr.savepoint():
                self._reserve(vals["message_id"])
        except psycopg2.errors.UniqueViolation:
            # Another process was faster; its row came too late for us to see.
            self._log_apart(mail, REASON_DUPLICATE)
            mail.refusal = REASON_DUPLICATE
            return False
        mail.intake = self.create(vals)
        return True

    @api.model
    def _reserve(self, message_id):
        """Wait for who else writes the row of a mail; raise when he did.

        That two processes bring one mail is no error: the log shall not say so.
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """WITH reserved AS (
                    INSERT INTO aftersales_intake
                        (channel, message_id, received_at, state, company_id)
                    VALUES (%s, %s, now(), %s, %s) RETURNING id
                ) SELECT id FROM reserved""",
                CHANNEL_MAIL,
                message_id,
                INTAKE_WAITING,
                self.env.company.id,
            ),
            log_exceptions=False,
        )
        [reserved] = self.env.cr.fetchone()
        self.env.cr.execute(
            SQL("DELETE FROM aftersales_intake WHERE id = %s", reserved)
        )

    @api.model
    def _log_refused(self, mail, reason, error=None):
        """Write down a refused mail; a copy of a known one only counts up.

        One that failed for a passing reason is not refused: it waits and is tried again.
        """
        self = self.sudo()  # see _screen
        if mail.sorting is None:
            mail.sorting = self._get_sorting(mail)
        vals = self._prepare_intake_vals(mail)
        known = self.search([("message_id", "=", vals["message_id"])])
        failure = self._prepare_failure_vals(known, reason, error)
        if not known:
            mail.intake = self._create_in_need(mail, vals | failure)
            return mail.intake
        if reason in FAILURES and known._is_unfinished():
            known.write(failure)
        else:
            known.copies += 1
        mail.intake = known
        return known

    def _is_unfinished(self):
        """Say whether this mail failed, so that it is processed when it comes again."""
        return self.state in (INTAKE_WAITING, INTAKE_REFUSED) and (
            self.reason in FAILURES
        )

    @api.model
    def _prepare_failure_vals(self, known, reason, error):
        """Return what the row of a mail says that became nothing.

        :param known: its row, or none; a mail that failed too often waits for a person
        """
        vals = {
            "state": INTAKE_REFUSED,
            "reason": reason,
            "error": error and str(error)[:500],
            "retry_at": False,
        }
        if reason != REASON_AGAIN:
            return vals
        vals["state"] = INTAKE_WAITING
        if known.attempts < MOST_ATTEMPTS:
            vals["retry_at"] = known._get_next_try()
        else:
            vals["reason"] = REASON_ERROR
        return vals

    @api.model
    def _create_in_need(self, mail, vals):
        """Create the row of a mail, without its source where that cannot be kept.

        Its words then stand on the row, and who looks into the inbox can ask for the
        rest: the server that brought the mail has forgotten it.
        """
        try:
            with self.env.cr.savepoint():
                self._reserve(vals["message_id"])
                return self.create(vals)
        except OSError as error:
            body = html2plaintext(mail.values.get("body") or "")
            vals |= {
                "source": False,
                "preview": body or vals["preview"],
                "error": self.env._("The original mail could not be kept: %s", error),
                "retry_at": False,
            }
            if vals["reason"] in FAILURES:
                vals |= {"state": INTAKE_WAITING, "reason": REASON_NO_SOURCE}
            return self.create(vals)

    @api.model
    def _log_apart(self, mail, reason, error=None):
        """Write down a mail in its own transaction: the caller's is rolled back."""
        mail.intake = None
        mail.logged = True
        context = {"lang": self.env.lang}
        for attempt in range(APART_ATTEMPTS):
            try:
                with self.env.registry.cursor() as cr:
                    # Nobody may wait here for ever for what his caller has locked.
                    cr.execute("SET LOCAL lock_timeout = %s", [APART_PATIENCE])
                    env = self.env(cr=cr, user=SUPERUSER_ID, context=context)
                    self.with_env(env)._log_refused(mail, reason, error)
                break
            except Exception as problem:
                # Another process writes the row of the same mail, or has just done so.
                passing = (psycopg2.IntegrityError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
                if isinstance(problem, passing) and attempt + 1 < APART_ATTEMPTS:
                    # The type may be what is locked; whose mail it is stays known.
                    company = (mail.sorting or {}).get("company_id")
                    mail.sorting = {"company_id": company} if company else {}
                    continue
                # The error that brought us here must reach the caller, not this one.
                message_id = mail.message.get("Message-Id")
                _logger.exception("The refusal of mail %s was not logged", message_id)
                break
        mail.intake = None
