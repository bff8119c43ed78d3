from odoo import api, fields, models

from ...const import (
    CLAIM_ADDRESS,
    CLAIM_FORGED,
    CLAIM_FORWARDED,
    CLAIM_REPLY_TO,
    CLAIMS,
)

AGENT = "aftersales_case.group_aftersales_agent"
BY_ADDRESS = (CLAIM_ADDRESS, CLAIM_FORGED, CLAIM_FORWARDED, CLAIM_REPLY_TO)
NO_CLAIM = {
    "claimed_partner_id": False,
    "claimed_picking_id": False,
    "claim_reason": False,
    "claim_hint": False,
}


class AftersalesClaimMixin(models.AbstractModel):
    """Whom and what a sender only names: candidates, for agents, to be confirmed.

    Written by the system only, on a mail and on the case that it becomes.
    """

    _name = "aftersales.claim.mixin"
    _description = "Claim of a Sender"

    claimed_partner_id = fields.Many2one(
        "res.partner",
        "Claimed Customer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=AGENT,
        help="Whom the sender names; nothing was taken over.",
    )
    claimed_picking_id = fields.Many2one(
        "stock.picking",
        "Claimed Delivery",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=AGENT,
        help="Which delivery the sender names; nothing was taken over.",
    )
    claim_reason = fields.Selection(
        CLAIMS,
        "Claim Rests On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=AGENT,
    )
    claim_hint = fields.Char(
        "Named",
        readonly=True,
        copy=False,
        groups=AGENT,
        help="The number as the sender wrote it.",
    )
    claim_text = fields.Char(
        "Claim", compute="_compute_claim_text", compute_sudo=True, groups=AGENT
    )

    @api.depends(*NO_CLAIM)
    @api.depends_context("lang")
    def _compute_claim_text(self):
        """Computed with sudo: an agent need not read each customer and delivery."""
        for record in self:
            record.claim_text = record.claim_reason and record._get_claim_text()

    def _get_claim_text(self):
        """Return in one sentence what is claimed, as agents read it."""
        self.ensure_one()
        values = {
            "slip": self.claimed_picking_id.name,
            "partner": self.claimed_partner_id.display_name,
            "hint": self.claim_hint,
        }
        if self.claimed_picking_id:
            return self.env._(
                "The sender names delivery %(slip)s of %(partner)s.", **values
            )
        if self.claim_reason in BY_ADDRESS:
            return self.env._("The mail may come from %(partner)s.", **values)
        if self.claimed_partner_id:
            return self.env._("The sender names %(partner)s.", **values)
        return self.env._("The sender names %(hint)s.", **values)
