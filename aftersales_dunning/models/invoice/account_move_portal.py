from odoo import api, fields, models
from odoo.tools import format_date

from odoo.addons.aftersales_case.engine.private import get_private

from ...const import (
    DEBTOR_CONTROL,
    HOLD_ACTIVE,
)
from ...engine.private import AskedAmount, NoDiscount, Payable


class AccountMove(models.Model):
    """What the customer reads and pays: the undisputed part, never more than is due."""

    _inherit = "account.move"

    dunning_review = fields.Json(
        compute="_compute_dunning_review",
        groups=DEBTOR_CONTROL,
        help="What the customer is told of what is in review; empty when nothing is.",
    )

    @api.depends(
        "amount_residual",
        "hold_ids.state",
        "hold_ids.part_state",
        "hold_ids.case_id.confidential",
        "held_amount",
    )
    @api.depends_context("lang")
    def _compute_dunning_review(self):
        """Confidential cases, and cases of somebody else, are not named."""
        standings = self._get_standings()
        stopped = {
            move: standing
            for move, standing in standings.items()
            if standing.residual > 0 and (standing.held or standing.is_stopped)
        }
        touched = self.browse([move.id for move in stopped])
        holds = touched._get_running_holds()
        waiting = touched._get_waiting_parts()
        for move in self:
            standing = stopped.get(move)
            if not standing:
                move.dunning_review = False
                continue
            own = holds[move._origin].filtered(lambda hold: hold.state == HOLD_ACTIVE)
            customer = move.commercial_partner_id
            cases = own.case_id.filtered(
                lambda case, c=customer: (
                    not case.confidential and case.partner_id.commercial_partner_id == c
                )
            )
            is_whole = standing.is_full or standing.is_customer_held
            held = standing.residual if is_whole else standing.held
            later = waiting[move._origin]
            # The rest is in review; of what a hold of the customer covers all is.
            settled = sum(later.mapped("held_amount")) if standing.held else 0
            move.dunning_review = {
                "held": held,
                "in_review": move.currency_id.round(held - settled) if own else 0,
                "later": [move._tell_later(hold) for hold in later],
                "due_now": move.currency_id.round(standing.due_now),
                "is_held": bool(own),
                "is_stopped": standing.is_stopped,
                "loses_discount": bool(standing.held) and move._offers_discount(),
                "cases": ", ".join(cases.mapped("number")),
            }

    def _tell_later(self, hold):
        """Return for the customer when a part is due that waits for its date."""
        self.ensure_one()
        amount = hold.held_amount or self.amount_residual
        return self.env._(
            "%(amount)s is due on %(day)s.",
            amount=self.currency_id.format(amount),
            day=format_date(self.env, hold.resume_on),
        )

    def _offers_discount(self):
        """Say whether there is a discount for paying today."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return self._is_eligible_for_early_payment_discount(self.currency_id, today)

    def _get_dunning_review(self):
        """Return what the customer is told of what is in review, or None."""
        self.ensure_one()
        # sudo: only what the customer may know is in it
        return self.sudo().dunning_review or None

    def _get_stopped(self, day=None):
        """Return those of these invoices of which nothing may be asked for."""
        standings = self._get_standings(day)
        return self.filtered(lambda move: standings[move].is_stopped)

    def _get_invoice_next_payment_values(self, custom_amount=None):
        """Ask for the undisputed part; for nothing where all is in review.

        The whole amount can still be paid. There is no discount for paying early while
        a part is in review. A link that was made for more, before something came in
        review, asks for what is due now. What is being booked was asked for already.
        """
        review = self._get_dunning_review()
        payable = get_private(self.env.context, "dunning_payable", Payable)
        if not review or payable is not None:
            return super()._get_invoice_next_payment_values(custom_amount=custom_amount)
        move = self
        if review["loses_discount"]:
            move = self.with_context(dunning_no_discount=NoDiscount())
        if custom_amount is not None and self._is_too_much(custom_amount, review):
            custom_amount = None
        values = super(AccountMove, move)._get_invoice_next_payment_values(
            custom_amount=custom_amount
        )
        if (
            not values
            or custom_amount is not None
            or values["installment_state"] == "epd"
        ):
            return values
        if review["is_stopped"]:
            state, amount = None, values["amount_due"]
        else:
            state, amount = "next", min(values["next_amount_to_pay"], review["due_now"])
        return values | {
            "installment_state": state,
            "next_amount_to_pay": self.currency_id.round(amount),
            "next_payment_reference": self.name,
            "is_last_installment": False,
        }

    def _is_too_much(self, amount, review):
        """Say whether a link asks for more than may be asked for."""
        limit = self.amount_residual if review["is_stopped"] else review["due_now"]
        return self.currency_id.compare_amounts(amount, limit) > 0

    def _get_invoice_portal_extra_values(self, custom_amount=None):
        """Add what is in review."""
        values = super()._get_invoice_portal_extra_values(custom_amount=custom_amount)
        return values | {"review": self._get_dunning_review()}

    def _get_asked_amount(self):
        """Return the part of the invoice that codes and links ask for; None for all."""
        self.ensure_one()
        review = self._get_dunning_review()
        return review["due_now"] if review and not review["is_stopped"] else None

    def _get_portal_payment_link(self):
        """Ask for what is due now by the link, and by its code on the invoice."""
        amount = self._get_asked_amount()
        if amount is None:
            return super()._get_portal_payment_link()
        wizard = self.env["payment.link.wizard"].with_context(
            active_id=self.id, active_model=self._name
        )
        return wizard.create(
            {"amount": amount, "res_model": self._name, "res_id": self.id}
        ).link

    def _generate_qr_code(self, silent_errors=False):
        """Ask for what is due now by the bank's code on the invoice."""
        amount = self._get_asked_amount()
        asked = None if amount is None else AskedAmount(amount)
        move = self.with_context(dunning_asked_amount=asked)
        return super(AccountMove, move)._generate_qr_code(silent_errors=silent_errors)
