from contextlib import suppress
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...const import DELIVERY_SENT, DELIVERY_WAITING
from ...engine import webhooks

STATE_NO_SECRET, STATE_NEW = "secret", "new"
STATE_WORKING, STATE_FAILING, STATE_OFF = "working", "failing", "off"
HEALTH = ("failing_since", "resting_until")


class AftersalesWebhook(models.Model):
    """Whether what a webhook sends gets through, and what follows when it does not."""

    _inherit = "aftersales.webhook"

    failing_since = fields.Datetime(readonly=True, copy=False)
    resting_until = fields.Datetime("Next Try On", readonly=True, copy=False)
    stopped_at = fields.Datetime("Switched Off On", readonly=True, copy=False)
    state = fields.Selection(
        [
            (STATE_NO_SECRET, "Needs a Secret"),
            (STATE_NEW, "Nothing Sent Yet"),
            (STATE_WORKING, "Working"),
            (STATE_FAILING, "Failing"),
            (STATE_OFF, "Switched Off"),
        ],
        compute="_compute_state",
    )
    last_sent_at = fields.Datetime("Last Sent On", compute="_compute_state")
    waiting_count = fields.Integer("Waiting", compute="_compute_state")
    last_error = fields.Char(compute="_compute_last_error")

    @api.depends("secret_at", "failing_since", "stopped_at")
    def _compute_state(self):
        # sudo: of a webhook one reads; whose cases they are is not told
        rows = (
            self.env["aftersales.webhook.delivery"]
            .sudo()
            ._read_group(
                Domain("webhook_id", "in", self._origin.ids),
                ["webhook_id", "state"],
                ["__count", "tried_at:max"],
            )
        )
        found = {(hook.id, state): (count, at) for hook, state, count, at in rows}
        nothing = (0, False)
        for hook in self:
            key = hook._origin.id
            hook.last_sent_at = found.get((key, DELIVERY_SENT), nothing)[1]
            hook.waiting_count = found.get((key, DELIVERY_WAITING), nothing)[0]
            if hook.stopped_at:
                hook.state = STATE_OFF
            elif not hook.secret_at:
                hook.state = STATE_NO_SECRET
            elif hook.failing_since:
                hook.state = STATE_FAILING
            else:
                hook.state = STATE_WORKING if hook.last_sent_at else STATE_NEW

    @api.depends("failing_since", "stopped_at")
    def _compute_last_error(self):
        # sudo: as above
        deliveries = self.env["aftersales.webhook.delivery"].sudo()
        rows = deliveries._read_group(
            Domain("webhook_id", "in", self._origin.ids) & Domain("error", "!=", False),
            ["webhook_id"],
            ["id:max"],
        )
        last = {hook.id: deliveries.browse(key) for hook, key in rows}
        for hook in self:
            is_told = hook.failing_since or hook.stopped_at
            found = last.get(hook._origin.id)
            hook.last_error = found.error if is_told and found else False

    # === What follows === #

    def _take_note(self, is_through, has_answer):
        """Note whether a message got through; in a transaction of its own.

        What two note at the same time is the same.

        :param is_through: whether it was taken
        :param has_answer: whether somebody answered at all
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if is_through:
            if self.failing_since or self.resting_until:
                self._store_health(None, None)
            return
        since = self.failing_since or now
        until = None if has_answer else now + webhooks.get_rest(now - since)
        self._store_health(since, until)
        if now - since >= timedelta(days=self.off_after_days) and not self.stopped_at:
            self._switch_off(now)

    def _store_health(self, since, until):
        """Write how it goes: nobody changed the webhook, and memory stays as it is."""
        self.flush_recordset(HEALTH)
        with (
            suppress(PG_CONCURRENCY_EXCEPTIONS_TO_RETRY),
            self.env.cr.savepoint(flush=False),
        ):
            self.env.execute_query(
                SQL(
                    "UPDATE aftersales_webhook"
                    " SET failing_since = %s, resting_until = %s"
                    " WHERE id = %s RETURNING id",
                    since or None,
                    until or None,
                    self.id,
                )
            )
        self.invalidate_recordset(HEALTH, flush=False)

    def _switch_off(self, now):
        self.stopped_at = now
        hook = self.with_context(lang=self.user_id.lang)
        hook.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=hook.env._("Webhook switched off"),
            note=hook.env._(
                "Nothing got through for %(days)s days: %(error)s Mend it, then choose"
                " Switch On.",
                days=self.off_after_days,
                error=self.last_error or "",
            ),
            user_id=self.user_id.id,
        )

    def action_switch_on(self):
        """Go on sending: first what has been waiting.

        :raises AccessError: for whoever may not change the webhook
        """
        self.check_access("write")
        hooks = self.sudo()  # sudo: kept by the system; the right was checked
        hooks.write({"stopped_at": False} | dict.fromkeys(HEALTH, False))
        hooks.activity_unlink(["mail.mail_activity_data_warning"])
        self.env["aftersales.webhook.delivery"]._wake()
        return True

    # === Trying it out === #

    def action_send_test(self):
        """Send a message that is about nothing, at once, and say what came of it.

        :raises AccessError: for whoever may not change the webhook
        :raises UserError: when there is no secret to sign with
        """
        self.ensure_one()
        self.check_access("write")
        if not self.secret_at:
            raise UserError(self.env._("Make a secret first: messages are signed."))
        outcome = self.env["aftersales.webhook.delivery"]._call_test(self)
        if outcome.is_through:
            message = self.env._("The receiver took it: %s.", outcome.status)
        else:
            message = self.env._("It was not taken: %s", outcome.error)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if outcome.is_through else "danger",
                "message": message,
            },
        }
