import json
import time
import uuid
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...const import (
    DELIVERY_DROPPED,
    DELIVERY_FAILED,
    DELIVERY_SENT,
    DELIVERY_WAITING,
    NEWS_TEST,
)
from ...engine import public_hosts, webhooks
from ...engine.texts import clean_text

# How much of an answer is kept, in bytes: enough to see what is wrong.
MOST_ANSWER = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try."""

    is_through: bool
    has_answer: bool
    status: int = 0
    error: str = ""
    answer: str = ""
    seconds: float = 0.0


class AftersalesWebhookDelivery(models.Model):
    """Sending: one after the other, each with its own commit.

    A message is locked while it is sent. Whoever dies meanwhile leaves it waiting, so it
    is sent again with the same id: at least once, and those of one case in their order.
    """

    _inherit = "aftersales.webhook.delivery"
    # How long a receiver may take, from the connection to its answer.
    _seconds = 10

    @api.model
    def _cron_send(self):
        """Send what is due, as long as there is time."""
        cron = self.env["ir.cron"]
        due = [("state", "=", DELIVERY_WAITING), ("next_at", "<=", "now")]
        remaining = self.search_count(due)
        cron._commit_progress(remaining=remaining)
        while True:
            try:
                delivery = self._take_next()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody else sent it in this very moment.
                self.env.cr.rollback()
                cron._run_again_soon()
                delivery = self.browse()
            if not delivery:
                # What is due all the same waits for others, or for its receiver.
                cron._commit_progress(remaining=0)
                return
            outcome = delivery._send()
            remaining = max(remaining - 1, 0)
            # What was sent is written down before anything else may go wrong.
            left = cron._commit_progress(1, remaining=remaining)
            if outcome:
                delivery.webhook_id._take_note(outcome.is_through, outcome.has_answer)
                left = cron._commit_progress(remaining=remaining)
            if not left:
                return

    @api.model
    def _take_next(self):
        """Return the next message to send, locked; none where others send the rest.

        What of the same case comes before must be through or given up.
        """
        self.flush_model()
        self.env["aftersales.webhook"].flush_model()
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                "SELECT d.id FROM aftersales_webhook_delivery d"
                " JOIN aftersales_webhook h ON h.id = d.webhook_id"
                " WHERE d.state = 'waiting' AND d.next_at <= %(now)s"
                " AND h.active AND h.stopped_at IS NULL"
                " AND (h.resting_until IS NULL OR h.resting_until <= %(now)s)"
                " AND NOT EXISTS (SELECT 1 FROM aftersales_webhook_delivery b"
                " WHERE b.webhook_id = d.webhook_id AND b.case_id = d.case_id"
                " AND b.state = 'waiting' AND b.id < d.id)"
                " ORDER BY d.next_at, d.id LIMIT 1"
                " FOR UPDATE OF d SKIP LOCKED",
                now=now,
            )
        )
        # sudo: the job's own
        return self.sudo().browse([row[0] for row in rows])

    def _send(self):
        """Send this message, or find that it is not to be told.

        :returns: the ``Outcome``; None when nothing was sent
        """
        self.ensure_one()
        now = fields.Datetime.now()
        try:
            with self.env.cr.savepoint():
                body = self._prepare_body()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            # A mistake about one case stops no other.
            body, outcome = "", Outcome(False, True, error=str(error))
        else:
            if body is None:
                self.write({"state": DELIVERY_DROPPED, "tried_at": now})
                return None
            outcome = self._call(self.webhook_id, self.key, self.news, body)
        self.write(
            {
                "tries": self.tries + 1,
                "tried_at": now,
                "body": body,
                "seconds": outcome.seconds,
                "status_code": outcome.status,
                "answer": outcome.answer,
                "error": outcome.error,
            }
            | self._prepare_next(now, outcome)
        )
        return outcome

    def _prepare_next(self, now, outcome):
        """Return what comes after a try."""
        if outcome.is_through:
            return {"state": DELIVERY_SENT}
        pause = webhooks.get_pause(self.tries + 1)
        if pause is None:
            return {"state": DELIVERY_FAILED}
        self._wake(now + pause)
        return {"next_at": now + pause}

    def _prepare_body(self):
        """Return the JSON of this message; None when it is not to be told now."""
        hook = self.webhook_id
        case = self.case_id.with_context(lang=hook.lang)
        if not hook._hears_of(case):
            return None
        service = self.env["aftersales.portal.service"].with_context(lang=hook.lang)
        told = service._get_news(case, self.event_id, self.news)
        if told is None:
            return None
        return json.dumps({"id": self.key, "event": self.news} | told)

    @api.model
    def _call_test(self, hook):
        """Send a message that is about nothing; return its ``Outcome``."""
        key = str(uuid.uuid4())
        now = fields.Datetime.now()
        body = json.dumps(
            {"id": key, "event": NEWS_TEST, "at": f"{now.isoformat()}Z", "case": None}
        )
        return self._call(hook, key, NEWS_TEST, body)

    @api.model
    def _call(self, hook, key, news, body):
        """Call a webhook; return the ``Outcome``, whatever happens there."""
        raw = body.encode()
        schemes = ("https", "http") if hook.allows_private else ("https",)
        try:
            target = public_hosts.judge(hook.url, hook.allows_private, schemes)
            answer = public_hosts.call(
                target,
                "POST",
                raw,
                {
                    "Content-Type": "application/json",
                    "User-Agent": "Aftersales-Webhook/1",
                    "Aftersales-Delivery": key,
                    "Aftersales-Event": news,
                    "Aftersales-Signature": webhooks.sign(
                        hook._get_secrets(), int(time.time()), raw
                    ),
                },
                seconds=self._seconds,
                most_bytes=MOST_ANSWER,
            )
        except (public_hosts.Refused, public_hosts.Unreachable) as error:
            return Outcome(False, False, error=self._explain(error.code))
        is_through = 200 <= answer.status < 300
        said = "" if is_through else self.env._("The answer was %s.", answer.status)
        if 300 <= answer.status < 400:
            said = self.env._("The answer leads elsewhere, which is not followed.")
        return Outcome(
            is_through,
            True,
            status=answer.status,
            error=said,
            answer=clean_text(answer.body.decode(errors="replace")),
            seconds=answer.seconds,
        )

    @api.model
    def _explain(self, code):
        """Return why nobody answered, as a sentence."""
        env = self.env
        return {
            public_hosts.BAD_PORT: env._("The port of the address is not allowed."),
            public_hosts.UNKNOWN_HOST: env._("The name in the address is unknown."),
            public_hosts.NOT_PUBLIC: env._(
                "The address is in a private network, which is not allowed."
            ),
            public_hosts.NO_CONNECTION: env._("There was no connection."),
            public_hosts.NO_TRUST: env._("The certificate is not trusted."),
            public_hosts.NO_TIME: env._("There was no answer in time."),
            public_hosts.NO_HTTP: env._("What answered is no web server."),
        }.get(code, env._("The address is none that can be called."))
