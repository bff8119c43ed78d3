from odoo import models

from .credit_control_line import UNSENT_STATES
from .dunning_lock import lock_for_hold

# States in which a reminder counts as given, or is on its way.
REACHED_STATES = ("queued", "to_be_sent", "sent", "error", "email_error")


class AccountMove(models.Model):
    """The reminders of an invoice: what was reached, and what is on its way."""

    _inherit = "account.move"

    def _is_finally_reminded(self):
        """Say whether one of these invoices has had the last reminder of its policy."""
        # sudo: service need not read reminders to complain about an invoice
        lines = (
            self.env["credit.control.line"]
            .sudo()
            .search(
                [
                    ("invoice_id", "in", self.ids),
                    ("state", "in", REACHED_STATES),
                    ("manually_overridden", "=", False),
                ]
            )
        )
        return any(
            line.level >= max(line.policy_id.level_ids.mapped("level"), default=0)
            for line in lines
        )

    def _restart_dunning(self):
        """Let dunning start again at the first level; what was sent stays sent."""
        # sudo: the terms of a hold decide, not who ends it
        self.env["credit.control.line"].sudo().search(
            [("invoice_id", "in", self.ids), ("state", "!=", "draft")]
        ).manually_overridden = True

    def _stop_reminders(self):
        """Take back what is on its way to the customer and may not be dunned any more.

        Waits for a mail that is just leaving. What is already right stays as it is.
        """
        if not self:
            return
        lock_for_hold(self.env.cr, self.ids)
        # sudo: a hold stops reminders, whoever may place it
        lines = (
            self.env["credit.control.line"]
            .sudo()
            .search(
                [
                    ("invoice_id", "in", self.ids),
                    "|",
                    ("state", "in", UNSENT_STATES),
                    "&",
                    ("state", "=", "sent"),
                    ("communication_id.is_unprinted", "=", True),
                ]
            )
        )
        lines._hold_back(lines._get_dunnable())
