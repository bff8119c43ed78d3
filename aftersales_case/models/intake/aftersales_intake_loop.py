from datetime import timedelta

from odoo import api, fields, models

from ...const import INTAKE_CASE, REASON_LOOP, REASON_OUR_ADDRESS

# A sender's mails, in times of the threshold for equal ones, that make him a robot.
BUSY = 10


class AftersalesIntake(models.Model):
    """Loops: machines that answer machines, and senders that repeat themselves."""

    _inherit = "aftersales.intake"

    @api.model
    def _find_loop(self, vals):
        """Return a reason when the sender is a machine in a loop, or ourselves."""
        sender = vals["email_normalized"]
        if not sender:
            return None
        # sudo: the gateway runs as the sender's user
        if self.env["mail.alias.domain"].sudo()._find_aliases([sender]):
            return REASON_OUR_ADDRESS
        # sudo: the gateway runs as the sender's user
        allowed = self.env["mail.gateway.allowed"].sudo()
        if allowed.search_count([("email_normalized", "=", sender)], limit=1):
            return None
        # sudo: the gateway runs as the sender's user
        get_param = self.env["ir.config_parameter"].sudo().get_param
        threshold = int(get_param("mail.gateway.loop.threshold", 20))
        recent = self._get_recent_domain(sender)
        # A busy customer writes about different things; a loop repeats itself.
        same = self.search_count(
            [*recent, ("subject", "=", vals["subject"])], limit=threshold
        )
        # Nobody is that busy: a robot that numbers its answers.
        limit = threshold * BUSY
        if same >= threshold or self.search_count(recent, limit=limit) >= limit:
            return REASON_LOOP
        return None

    @api.model
    def _get_recent_domain(self, sender):
        # sudo: the gateway runs as the sender's user
        get_param = self.env["ir.config_parameter"].sudo().get_param
        minutes = int(get_param("mail.gateway.loop.minutes", 120))
        since = fields.Datetime.now() - timedelta(minutes=minutes)
        return [("email_normalized", "=", sender), ("received_at", ">=", since)]

    def _count_recent(self):
        """Return how many cases this mail's sender made lately, this one included."""
        self.ensure_one()
        domain = self._get_recent_domain(self.email_normalized)
        return self.search_count([*domain, ("state", "=", INTAKE_CASE)])
