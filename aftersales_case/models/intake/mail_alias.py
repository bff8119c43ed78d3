import sys

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .mail_thread import IncomingMail


class MailAlias(models.Model):
    _inherit = "mail.alias"

    def _alias_bounce_incoming_email(self, message, message_dict, set_invalid=True):
        """Send no mail back that will be tried again: the address is in order.

        Core calls this while it handles the error.
        """
        error = sys.exc_info()[1]
        passing = isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
        if passing and IncomingMail.of(self.env):
            return None
        return super()._alias_bounce_incoming_email(message, message_dict, set_invalid)
