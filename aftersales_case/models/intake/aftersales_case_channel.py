from odoo import api, fields, models

from ...const import (
    CHANNEL_API,
    CHANNEL_HAND,
    CHANNEL_MAIL,
    CHANNEL_PHONE,
    CHANNEL_PORTAL,
    CHANNEL_WEB,
)
from .mail_thread import IncomingMail


class AftersalesCase(models.Model):
    """How a case reached us: told by who makes it, never by its caller."""

    _inherit = "aftersales.case"

    channel = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=CHANNEL_HAND,
        help="How the case reached us: mail, hand, phone, portal, web or api.",
    )
    channel_label = fields.Char("Came In By", compute="_compute_channel_label")
    by_phone = fields.Boolean(
        compute="_compute_by_phone",
        readonly=False,
        help="The customer told you on the phone.",
    )

    @api.depends("channel")
    @api.depends_context("lang")
    def _compute_channel_label(self):
        labels = self._get_channels()
        for case in self:
            case.channel_label = labels.get(case.channel, case.channel)

    @api.depends("channel")
    def _compute_by_phone(self):
        for case in self:
            case.by_phone = case.channel == CHANNEL_PHONE

    @api.model
    def _get_channels(self):
        """Hook: return ``{key: label}`` of the ways by which cases reach us."""
        return {
            CHANNEL_MAIL: self.env._("Mail"),
            CHANNEL_HAND: self.env._("By hand"),
            CHANNEL_PHONE: self.env._("Phone"),
            CHANNEL_PORTAL: self.env._("Customer portal"),
            CHANNEL_WEB: self.env._("Web form"),
            CHANNEL_API: self.env._("Program (API)"),
        }

    def _prepare_case_vals(self, vals):
        by_phone = vals.pop("by_phone", False)
        vals = super()._prepare_case_vals(vals)
        if IncomingMail.of(self.env):
            vals["channel"] = CHANNEL_MAIL
        elif by_phone and not vals.get("channel"):
            vals["channel"] = CHANNEL_PHONE
        return vals

    def _prepare_split_vals(self):
        return super()._prepare_split_vals() | {"channel": self.channel}
