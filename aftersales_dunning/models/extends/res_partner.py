from odoo import api, fields, models

from ...const import HELD_NONE, HOLD_ACTIVE, SCOPE_CUSTOMER

OPEN = [
    ("move_type", "in", ("out_invoice", "out_receipt")),
    ("state", "=", "posted"),
    ("payment_state", "in", ("not_paid", "partial")),
]


class ResPartner(models.Model):
    """How much of what a customer owes is held."""

    _inherit = "res.partner"

    dunning_held = fields.Monetary(
        "Held",
        compute="_compute_dunning_held",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="What is open and not dunned at the moment, in the company's currency.",
    )

    @api.depends_context("company")
    def _compute_dunning_held(self):
        company = self.env.company
        moves = self.env["account.move"]
        own = [*OPEN, ("company_id", "=", company.id)]
        commercial = self.commercial_partner_id
        # sudo: a hold counts whoever looks
        stopped = (
            self.env["aftersales.dunning.hold"]
            .sudo()
            .search(
                [
                    ("scope", "=", SCOPE_CUSTOMER),
                    ("state", "=", HOLD_ACTIVE),
                    ("company_id", "=", company.id),
                    ("partner_id", "in", commercial.ids),
                ]
            )
            .partner_id
        )
        held = dict.fromkeys(commercial.ids, 0.0)
        for partner, amount in moves._read_group(
            [*own, ("commercial_partner_id", "in", stopped.ids)],
            ["commercial_partner_id"],
            ["amount_residual_signed:sum"],
        ):
            held[partner.id] += amount
        today = fields.Date.context_today(self)
        for partner, currency, amount in moves._read_group(
            [
                *own,
                ("commercial_partner_id", "in", (commercial - stopped).ids),
                ("hold_state", "!=", HELD_NONE),
            ],
            ["commercial_partner_id", "currency_id"],
            ["held_amount:sum"],
        ):
            held[partner.id] += currency._convert(
                amount, company.currency_id, company, today
            )
        for partner in self:
            partner.dunning_held = held.get(partner.commercial_partner_id.id, 0.0)

    def action_view_dunning_held(self):
        """Open the customer's holds."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_dunning.aftersales_dunning_hold_action"
        )
        return action | {
            "domain": [("partner_id", "child_of", self.commercial_partner_id.id)],
            "context": {"search_default_active": 1},
        }
