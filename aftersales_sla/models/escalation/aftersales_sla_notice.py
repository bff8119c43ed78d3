from odoo import models

from odoo.addons.aftersales_case.engine.private import get_private

from ...const import BY_EMAIL, BY_INBOX

# Which channel a message takes, in the context: a ``Channel``.
CHANNEL_KEY = "aftersales_sla_channel"


class Channel(str):
    """The one channel by which a message of ours leaves, whatever its receiver prefers."""


class AftersalesSlaNotice(models.AbstractModel):
    """A message to one colleague, about many records, by the channel that was chosen."""

    _name = "aftersales.sla.notice"
    _description = "Message of Escalation"
    _inherit = ["mail.thread"]

    def _notify_one(self, user, channel, subject, body):
        """Send a message to a colleague: nothing is sent before the commit, or twice.

        :param channel: ``BY_INBOX`` or ``BY_EMAIL``
        :returns: the message
        """
        thread = self.with_context(**{CHANNEL_KEY: Channel(channel)})
        message = thread.message_notify(
            subject=subject,
            body=body,
            partner_ids=user.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_layout",
            email_add_signature=False,
            force_send=False,
        )
        if channel == BY_EMAIL:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return message

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        found = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        channel = get_private(self.env.context, CHANNEL_KEY, Channel)
        if channel in (BY_INBOX, BY_EMAIL):
            found = [receiver | {"notif": str(channel)} for receiver in found]
        return found
