from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import (
    ALLOW_ADDRESS,
    ALLOW_LIST,
    INTAKE_REFUSED,
    INTAKE_WAITING,
    REASON_AUTO_REPLY,
    REASON_BULK,
    REASON_DISMISSED,
    REASON_DUPLICATE,
    REASON_LOOP,
)
from ...engine import mail_headers

# Which refused mails the inbox counts.
LATELY = timedelta(days=7)
# What an allowed sender is no longer refused for, or kept waiting.
LET_PASS = (REASON_BULK, REASON_LOOP, REASON_AUTO_REPLY)


class AftersalesIntake(models.Model):
    """Senders that somebody allowed, and what was refused of them before."""

    _inherit = "aftersales.intake"

    list_name = fields.Char(
        "Mailing List", readonly=True, help="The list or group that it came through."
    )

    may_allow = fields.Boolean(compute="_compute_may_allow")

    @api.depends("state", "reason")
    def _compute_may_allow(self):
        """Only what an allowance lets pass can be allowed."""
        for intake in self:
            intake.may_allow = (
                intake.state in (INTAKE_REFUSED, INTAKE_WAITING)
                and intake.reason in LET_PASS
            )

    @api.model
    def count_refused_lately(self):
        """Return how many mails were refused in the last days, as the user sees them.

        Copies of a mail that came in before are none.
        """
        since = fields.Datetime.now() - LATELY
        return self.search_count(
            [
                ("state", "=", INTAKE_REFUSED),
                ("reason", "not in", (REASON_DUPLICATE, REASON_DISMISSED)),
                ("received_at", ">=", since),
                ("company_id", "in", self.env.companies.ids),
            ]
        )

    @api.model
    def _is_allowed(self, mail, company, sender):
        """Say whether a sender or a list may write whatever its headers say."""
        if sender:
            # sudo: the gateway runs as the sender's user
            core = self.env["mail.gateway.allowed"].sudo()
            if core.search_count([("email_normalized", "=", sender)], limit=1):
                return True
        list_id = mail_headers.get_list_id(mail.message)
        return self.env["aftersales.intake.allowed"]._allows(company, sender, list_id)

    def action_allow_sender(self):
        """Allow the senders of these mails, and bring back what was refused of them.

        :raises AccessError: when the user may allow nobody, or not sort these mails
        """
        return self._allow(ALLOW_ADDRESS, "email_normalized")

    def action_allow_list(self):
        """Allow the lists that these mails came through; see action_allow_sender."""
        return self._allow(ALLOW_LIST, "list_name")

    def _allow(self, kind, name):
        self.check_access("write")
        self.env["aftersales.intake.allowed"].check_access("create")
        named = self.filtered(name)
        if not named:
            raise UserError(
                self.env._("Nothing to allow: these mails name no sender or list.")
            )
        allowed = self.env["aftersales.intake.allowed"].search([("kind", "=", kind)])
        known = {(record.value, record.company_id.id) for record in allowed}
        wanted = {(mail[name].lower(), mail.company_id.id) for mail in named}
        allowed.create(
            [
                {"kind": kind, "value": value, "company_id": company}
                for value, company in sorted(wanted)
                if (value, company) not in known
            ]
        )
        refused = named.filtered(lambda mail: mail.state == INTAKE_REFUSED)
        return refused.action_reconsider()
