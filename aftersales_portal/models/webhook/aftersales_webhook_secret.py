import secrets
from datetime import timedelta

from odoo import fields, models
from odoo.fields import NO_ACCESS

# So that people tell it from other secrets where they find it.
SECRET_START = "ash_"
# How long messages are signed with the secret before as well.
CHANGING = timedelta(hours=24)


class AftersalesWebhook(models.Model):
    """The secret with which messages are signed: who has it knows that we sent them.

    Shown once. It must be kept as it is, as both sides sign with it; no caller reads it.
    """

    _inherit = "aftersales.webhook"

    secret = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)
    secret_before = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)
    secret_at = fields.Datetime("Secret Made On", readonly=True, copy=False)

    def action_make_secret(self):
        """Make a new secret and show it, this once; the one before counts for a day.

        :raises AccessError: for whoever may not change the webhook
        """
        self.ensure_one()
        self.check_access("write")
        secret = SECRET_START + secrets.token_urlsafe(32)
        # sudo: kept by the system; the right was checked
        hook = self.sudo()
        hook.write(
            {
                "secret_before": hook.secret,
                "secret": secret,
                "secret_at": fields.Datetime.now(),
            }
        )
        view = self.env.ref("aftersales_portal.aftersales_webhook_secret_view_form")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Secret of %s", self.name),
            "res_model": "aftersales.channel.token",
            "view_mode": "form",
            "views": [(view.id, "form")],
            "target": "new",
            # Never stored: the dialog is closed, not saved.
            "context": {"default_token": secret, "dialog_size": "medium"},
        }

    def _get_secrets(self):
        """Return the secrets to sign with: the one before as well, for a day."""
        self.ensure_one()
        hook = self.sudo()  # sudo: to sign with, shown to nobody
        now = fields.Datetime.now()
        is_changing = hook.secret_at and now < hook.secret_at + CHANGING
        secrets_now = [hook.secret, is_changing and hook.secret_before]
        return [secret for secret in secrets_now if secret]
