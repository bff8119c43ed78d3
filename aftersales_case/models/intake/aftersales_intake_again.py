import base64
import logging
from datetime import timedelta

from odoo import api, fields, models

from ...const import INTAKE_WAITING, REASON_AGAIN, REASON_ERROR

_logger = logging.getLogger(__name__)

# A mail that fails for a passing reason is tried again after so long, then after twice
# as long, and so on: within a day it waits for a person.
FIRST_DELAY = timedelta(minutes=5)
MOST_ATTEMPTS = 8


class AftersalesIntake(models.Model):
    """Trying again: mails that failed for a passing reason."""

    _inherit = "aftersales.intake"

    @api.model
    def _cron_try_again(self):
        """Process mails again that failed for a passing reason, each by itself."""
        cron = self.env["ir.cron"]
        due = self.search(
            [
                ("state", "=", INTAKE_WAITING),
                ("reason", "=", REASON_AGAIN),
                ("retry_at", "<=", fields.Datetime.now()),
            ],
            order="id",
        )
        cron._commit_progress(remaining=len(due))
        for intake in due:
            if intake._count_attempt():
                # In a transaction of its own, and counted even if it ends the process.
                cron._commit_progress()
                intake._try_again()
            if not cron._commit_progress(1):
                break

    def _count_attempt(self):
        """Put this mail off before it is tried; False when it was tried often enough."""
        self.ensure_one()
        if self.attempts >= MOST_ATTEMPTS or not self.source:
            self.write({"reason": REASON_ERROR, "retry_at": False})
            return False
        self.attempts += 1
        self.retry_at = self._get_next_try()
        return True

    def _get_next_try(self):
        return fields.Datetime.now() + FIRST_DELAY * 2**self.attempts

    def _try_again(self):
        """Let this mail come in once more; ``_open`` takes its row up."""
        self.ensure_one()
        try:
            self.env["mail.thread"].message_process(
                message=base64.b64decode(self.source),
                **{"model": False} | (self.gateway_options or {}),
            )
        except Exception as error:
            # What it did is undone, and its row says why: see ``message_process``.
            _logger.info("Mail %s failed again: %s", self.message_id, error)
