from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import ormcache

from ...const import NEWS_CLOSED, NEWS_CREATED, NEWS_MESSAGE, NEWS_STATUS
from ...engine import public_hosts

# {event: field that says whether it is told}
TOLD = {
    NEWS_CREATED: "on_created",
    NEWS_MESSAGE: "on_message",
    NEWS_STATUS: "on_status",
    NEWS_CLOSED: "on_closed",
}


class AftersalesWebhook(models.Model):
    """An address of somebody's program that hears what happens to cases.

    It hears what the customer's page would show, never more. What is to be told is
    written down in the transaction of the case, and sent afterwards by a job.
    """

    _name = "aftersales.webhook"
    _description = "Webhook"
    _inherit = [
        "aftersales.staying.mixin",
        "aftersales.kept.mixin",
        "aftersales.cached.mixin",
        "aftersales.bounded.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "name, id"
    _check_company_auto = True
    _bounds = {"off_after_days": (1, 365)}

    name = fields.Char(required=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
        domain=[("share", "=", False)],
        help="Is told when the webhook is switched off.",
    )
    url = fields.Char(
        "Address",
        required=True,
        tracking=True,
        help="Where messages are sent: https://, on the public internet.",
    )
    allows_private = fields.Boolean(
        "Private Addresses",
        copy=False,
        tracking=True,
        help="The address may be one of a private network, without https and on any"
        " port. Only system administrators set this, and change the address then.",
    )
    type_ids = fields.Many2many(
        "aftersales.case.type",
        string="Case Types",
        check_company=True,
        help="Empty: all types of which customers see cases.",
    )
    channel_ids = fields.Many2many(
        "aftersales.channel",
        string="Web Channels",
        check_company=True,
        help="Only cases that were reported by these. Empty: all cases.",
    )
    lang = fields.Selection(
        selection="_get_languages",
        string="Language",
        required=True,
        default=lambda self: self.env.lang or "en_US",
        help="Of the status.",
    )
    on_created = fields.Boolean("New Case", default=True)
    on_message = fields.Boolean(
        "Message", help="That somebody wrote, never what he wrote."
    )
    on_status = fields.Boolean("Status Changed", default=True)
    on_closed = fields.Boolean("Case Closed", default=True)
    off_after_days = fields.Integer(
        "Off After (Days)",
        default=3,
        help="Days in which nothing got through before the webhook is switched off.",
    )

    @api.model
    def _get_languages(self):
        return self.env["res.lang"].get_installed()

    # === Checks === #

    @api.model_create_multi
    def create(self, vals_list):
        hooks = super().create(vals_list)
        # Now, as it may come as a default, too.
        hooks._ensure_may_call(any(hooks.mapped("allows_private")))
        return hooks

    def write(self, vals):
        is_private = vals.get("allows_private")
        if is_private is None and "url" in vals:
            moved = self.filtered(lambda hook: hook.url != vals["url"])
            is_private = any(moved.mapped("allows_private"))
        self._ensure_may_call(is_private)
        return super().write(vals)

    def _ensure_may_call(self, is_private):
        """Guard: who may lead our server into private networks.

        :raises AccessError: for managers who are no system administrators
        """
        if self.env.su or self.env.user.has_group("base.group_system"):
            return
        if is_private:
            raise AccessError(
                self.env._(
                    "Private Addresses: ask a system administrator to allow them, and"
                    " to change the address where they are allowed."
                )
            )

    @api.constrains("url", "allows_private")
    def _check_url(self):
        for hook in self:
            private = hook.allows_private
            schemes = ("https", "http") if private else ("https",)
            try:
                port = public_hosts.read_url(hook.url, schemes)[2]
            except public_hosts.Refused:
                raise ValidationError(
                    self.env._(
                        "Address: write it as https://www.example.com/path, without a"
                        " name and password. One of a private network needs Private"
                        " Addresses."
                    )
                ) from None
            if not private and port not in public_hosts.USUAL_PORTS:
                raise ValidationError(
                    self.env._("Address: leave out the port, or use 443 or 8443.")
                )

    @api.constrains("on_created", "on_message", "on_status", "on_closed")
    def _check_told(self):
        for hook in self:
            if not any(hook[name] for name in TOLD.values()):
                raise ValidationError(self.env._("Choose at least one event to send."))

    # === Who listens === #

    @api.model
    @ormcache()
    def _get_listening(self):
        """Return ``[(id, company id, type ids, events)]`` of those that hear anything."""
        # sudo: what is told of a case is told whoever changes it
        hooks = self.sudo().search(
            [
                # Said, as the context of who fills the memory may say otherwise.
                ("active", "=", True),
                ("stopped_at", "=", False),
                ("secret_at", "!=", False),
            ],
            order="id",
        )
        return tuple(
            (
                hook.id,
                hook.company_id.id,
                frozenset(hook.type_ids.ids),
                frozenset(news for news, name in TOLD.items() if hook[name]),
            )
            for hook in hooks
        )

    def _hears_of(self, case):
        """Say whether a case is, now, one that this webhook hears of."""
        self.ensure_one()
        if case.company_id != self.company_id:
            return False
        if self.type_ids and case.type_id not in self.type_ids:
            return False
        if not self.channel_ids:
            return True
        arrivals = self.env["aftersales.intake"].sudo()  # sudo: by which way it came
        return bool(
            arrivals.search_count(
                [
                    ("case_id", "=", case.id),
                    ("channel_id", "in", self.channel_ids.ids),
                ],
                limit=1,
            )
        )

    # === Actions === #

    def action_open_deliveries(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_portal.aftersales_webhook_delivery_action"
        )
        return action | {"domain": [("webhook_id", "=", self.id)], "context": {}}
