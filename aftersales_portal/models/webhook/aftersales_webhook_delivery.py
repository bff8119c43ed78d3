import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import DELIVERY_STATES, DELIVERY_WAITING, NEWS

# How long colleagues read what was sent, and how long what waits may become news.
KEPT = timedelta(days=30)
MOST_DELETED = 10000


class AftersalesWebhookDelivery(models.Model):
    """A message to a webhook: to be sent, or sent, or given up.

    What happened is the event in the log, which nothing changes; whether it may be told,
    and how the customer reads it, is asked when it is sent.
    """

    _name = "aftersales.webhook.delivery"
    _description = "Message of a Webhook"
    _inherit = "aftersales.case.part"
    _order = "id desc"
    _rec_name = "key"

    webhook_id = fields.Many2one(
        "aftersales.webhook", required=True, readonly=True, ondelete="cascade"
    )
    case_id = fields.Many2one(
        "aftersales.case", required=True, readonly=True, ondelete="cascade", index=True
    )
    event_id = fields.Many2one(
        "aftersales.case.event",
        "In the History",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    key = fields.Char(
        "Message ID",
        required=True,
        readonly=True,
        default=lambda self: str(uuid.uuid4()),
        help="The same at every try: receivers tell by it what they have already.",
    )
    news = fields.Selection(NEWS, "Event", required=True, readonly=True)
    state = fields.Selection(
        DELIVERY_STATES, required=True, readonly=True, default=DELIVERY_WAITING
    )
    queued_at = fields.Datetime(
        "Happened On",
        required=True,
        readonly=True,
        default=lambda self: fields.Datetime.now(),
    )
    next_at = fields.Datetime(
        "Next Try On",
        required=True,
        readonly=True,
        default=lambda self: fields.Datetime.now(),
    )
    tries = fields.Integer(readonly=True)
    tried_at = fields.Datetime("Last Try On", readonly=True)
    seconds = fields.Float("Duration (Seconds)", readonly=True, digits=(6, 2))
    status_code = fields.Integer(readonly=True)
    error = fields.Char(readonly=True)
    body = fields.Text("Sent", readonly=True)
    answer = fields.Text("Answer Begins With", readonly=True)

    _event_uniq = models.Constraint(
        "UNIQUE(webhook_id, event_id)", "This webhook has heard of this event already."
    )
    # The job takes what is due, and asks what of the same case comes before.
    _due_idx = models.Index("(next_at, id) WHERE state = 'waiting'")
    _before_idx = models.Index(
        "(webhook_id, case_id, id) WHERE state = 'waiting'",
    )
    _queued_idx = models.Index("(queued_at)")

    @api.model
    def _queue(self, found):
        """Write down what is to be told.

        :param found: ``[(webhook id, event, what it is to the customer)]``
        """
        if not found:
            return
        # sudo: what is told of a case is told whoever changes it
        self.sudo().create(
            [
                {
                    "webhook_id": hook_id,
                    "case_id": event.case_id.id,
                    "event_id": event.id,
                    "news": news,
                    "queued_at": event.at,
                }
                for hook_id, event, news in found
            ]
        )
        self._wake()

    @api.model
    def _wake(self, at=None):
        """Let the job come soon, or at a time; nothing happens before the commit."""
        job = self.env.ref("aftersales_portal.cron_webhooks", False)
        if job:
            job.sudo()._trigger(at=at)  # sudo: the job is the system's

    def action_send_again(self):
        """Send these once more, under the same ids.

        :raises AccessError: for whoever may not change the webhook
        """
        self.check_access("read")
        self.webhook_id.check_access("write")
        if not self.webhook_id.active or self.webhook_id.stopped_at:
            raise UserError(self.env._("Switch the webhook on first."))
        # sudo: kept by the system; the right was checked
        self.sudo().write(
            {
                "state": DELIVERY_WAITING,
                "tries": 0,
                "next_at": fields.Datetime.now(),
                "error": False,
            }
        )
        self._wake()
        return True

    @api.autovacuum
    def _gc_deliveries(self):
        """Forget what was sent long ago, and what is no news any more."""
        limit = fields.Datetime.now() - KEPT
        # sudo: the system cleans up, whoever runs it
        old = self.sudo().search(Domain("queued_at", "<", limit), limit=MOST_DELETED)
        old.unlink()
        return len(old), len(old) == MOST_DELETED
