from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import INTAKE_CASE
from ...engine.addresses import get_mailbox_patterns

# How many confirmations of receipt a sender gets while the guard against loops looks.
CONFIRMATIONS = 5


class AftersalesIntake(models.Model):
    """Loops: machines that answer machines, and senders that repeat themselves."""

    _inherit = "aftersales.intake"

    content_key = fields.Char(
        readonly=True,
        help="What this mail says and brings, in short: equal ones are repetitions.",
    )

    @api.model
    def _count_repeated(self, vals):
        """Return (how many mails said the same lately, how many the sender wrote)."""
        recent = self._get_recent_domain(vals["email_normalized"])
        # A busy customer writes about different things; a loop repeats itself.
        same = self.search_count([*recent, ("content_key", "=", vals["content_key"])])
        return same, self.search_count(recent)

    @api.model
    def _get_loop_threshold(self):
        # sudo: the gateway runs as the sender's user
        get_param = self.env["ir.config_parameter"].sudo().get_param
        return int(get_param("mail.gateway.loop.threshold", 20))

    @api.model
    def _get_recent_domain(self, sender):
        return [("email_normalized", "=", sender), ("received_at", ">=", self._since())]

    @api.model
    def _since(self):
        # sudo: the gateway runs as the sender's user
        get_param = self.env["ir.config_parameter"].sudo().get_param
        minutes = int(get_param("mail.gateway.loop.minutes", 120))
        return fields.Datetime.now() - timedelta(minutes=minutes)

    def _is_confirmed_often(self):
        """Say whether this sender got as many confirmations of receipt as anybody gets."""
        return self._count_recent() > CONFIRMATIONS

    def _count_recent(self):
        """Return how many mails lately became cases whose answers go to this address.

        A form, or a colleague who forwards, writes for many customers; whoever types an
        address there writes it in many ways.
        """
        self.ensure_one()
        recent = Domain("received_at", ">=", self._since())
        recent &= Domain("state", "=", INTAKE_CASE)
        address = self.case_id.email
        if not address:
            return self.search_count(recent & Domain("case_id.email", "=", False))
        ways = get_mailbox_patterns(address)
        return self.search_count(
            recent & Domain.OR(Domain("case_id.email", "=ilike", way) for way in ways)
        )
