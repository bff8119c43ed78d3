"""A shop's program that hears of cases, over real sockets on loopback."""

import hashlib
import hmac
import json

from odoo import fields

from .common import PortalCommon
from .receiver import listening


class WebhookCommon(PortalCommon):
    """A receiver, and a webhook of the manager's that calls it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hooks = cls.env["aftersales.webhook"]
        cls.deliveries = cls.env["aftersales.webhook.delivery"]
        links = cls.type_complaint.link_ids
        for stage, label in (
            (cls.stage_progress, "In work"),
            (cls.stage_solved, "Solved for you"),
        ):
            links.filtered(lambda link, s=stage: link.stage_id == s).write(
                {"customer_label": label}
            )

    def setUp(self):
        super().setUp()
        self.receiver = self.enterContext(listening())
        self.hook = self._new_hook()

    def _new_hook(self, **vals):
        """Make a webhook as an administrator, and its secret as the manager."""
        vals = {
            "name": "Shop",
            "url": self.receiver.url,
            "allows_private": True,
            "user_id": self.manager.id,
            "company_id": self.company.id,
            "lang": "en_US",
            "on_message": True,
        } | vals
        hook = self.hooks.create(vals)
        action = self._as(self.manager, hook).action_make_secret()
        self.secret = action["context"]["default_token"]
        return hook

    def _run(self):
        """Let the job run."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("aftersales_portal.cron_webhooks").method_direct_trigger()
        self.env.invalidate_all()

    def _heard(self):
        """Return what the receiver has heard, and forget it."""
        heard = [json.loads(request.body) for request in self.receiver.requests]
        self.receiver.requests.clear()
        return heard

    def _news(self):
        """Let the job run; return ``[(event, status)]`` of what is heard."""
        self._run()
        return [(one["event"], one["case"]["status"]) for one in self._heard()]

    def _get(self, case):
        return self.deliveries.search([("case_id", "=", case.id)], order="id")

    def _make_due(self, deliveries):
        deliveries.write({"next_at": fields.Datetime.now()})
        deliveries.webhook_id._store_health(deliveries.webhook_id.failing_since, None)


def is_signed(request, secret):
    """Say whether a request is signed: what the readme tells receivers to do."""
    parts = request.headers["aftersales-signature"].split(",")
    moment = parts[0].removeprefix("t=")
    expected = hmac.new(
        secret.encode(), f"{moment}.".encode() + request.body, hashlib.sha256
    ).hexdigest()
    found = [part.removeprefix("v1=") for part in parts[1:]]
    return any(hmac.compare_digest(expected, one) for one in found)
