from odoo import api, fields, models

from ...const import (
    DEBTOR_CONTROL,
    HELD_FULL,
    HELD_NONE,
    HELD_PARTIAL,
    HELD_STATES,
)
from ...engine.disputes import hold_out

# Debtor control, and the customer himself of his own invoices.
AMOUNT_READERS = f"{DEBTOR_CONTROL},base.group_portal"


class AccountMove(models.Model):
    """What of an invoice is held: what its holds hold, each euro counted once."""

    _inherit = "account.move"

    held_amount = fields.Monetary(
        "Held",
        compute="_compute_held",
        store=True,
        groups=AMOUNT_READERS,
        help="The part that is not dunned, in the invoice's currency.",
    )
    hold_state = fields.Selection(
        HELD_STATES, "Dunning Hold", compute="_compute_held", store=True
    )

    # Accountants filter and count what is held.
    _held_idx = models.Index("(company_id, hold_state) WHERE hold_state <> 'none'")

    @api.depends("hold_ids.held_amount", "amount_residual", "state")
    def _compute_held(self):
        for move in self:
            # sudo: the holds of confidential cases count, whoever looks
            parts = move.sudo().hold_ids.mapped("held_amount")
            held = move.currency_id.round(sum(parts)) if any(parts) else 0
            is_full = bool(held) and not move.currency_id.compare_amounts(
                held, move.amount_residual
            )
            move.held_amount = held
            move.hold_state = (
                HELD_FULL if is_full else HELD_PARTIAL if held else HELD_NONE
            )

    def _get_held_parts(self):
        """Say how much of the open amount each of the holds on an invoice holds.

        What several of them dispute is held by the first, in the order of
        ``_get_place``: the amounts add up to what is no part of the rest. A payment pays
        what is undisputed first, then what is due by itself, what is active last.

        :returns: ``{hold: amount}`` for holds that name the invoice and whose part is
            out, or dunned by itself
        """
        self.ensure_one()
        holds = self.hold_ids.filtered(lambda hold: hold._is_apart())
        if not holds or self.state != "posted":
            return {}
        limits = {}
        for hold in holds:
            limits |= hold._get_limits()
        holds = holds.sorted(lambda hold: hold._get_place())
        claims = [hold._get_claim() for hold in holds]
        parts = hold_out(claims, limits, self.amount_residual, self.currency_id.round)
        return {hold: parts[hold.id] for hold in holds}

    def _get_company_amounts(self, amounts):
        """Say what parts of the open amount are worth in the books.

        :param amounts: in the invoice's currency, in an order
        :returns: amounts in the company's currency; what is open adds up
        """
        self.ensure_one()
        currency = self.company_currency_id
        residual, booked = self.amount_residual, abs(self.amount_residual_signed)
        result, reached, given = [], 0.0, 0.0
        for amount in amounts:
            reached += amount
            upto = currency.round(booked * reached / residual) if residual else 0.0
            result.append(currency.round(upto - given))
            given = upto
        return result
