from odoo import models
from odoo.exceptions import ValidationError

from odoo.addons.aftersales_case.engine.private import get_private

from ...engine.private import NoDiscount, Payable

CUSTOMER_INVOICES = ("out_invoice", "out_receipt")


class AccountMove(models.Model):
    """What a customer who pays online is asked for, invoice by invoice."""

    _inherit = "account.move"

    def _get_asked_amounts(self, amount):
        """Say what a customer who begins a payment of these invoices is asked for.

        Several invoices are asked for what is due now of each. Of one the customer may
        pay what he wants, up to what is open.

        :param amount: what the page posted
        :returns: ``{invoice id as text: {"asked": …, "kept_off": …}}``, for a JSON field;
            see ``engine/asked.py``. Empty for what is not a posted customer invoice
        :raises ValidationError: when the page asked for something else
        """
        if any(
            move.state != "posted" or move.move_type not in CUSTOMER_INVOICES
            for move in self
        ):
            return {}
        standings = self._get_standings()
        if len(self) == 1:
            amount = self._read_amount(amount, standings[self].residual)
            if not amount:
                raise ValidationError(self._get_changed_message())
            return {str(self.id): self._ask(amount, standings[self])}
        due = {move: self.currency_id.round(standings[move].due_now) for move in self}
        total = sum(due.values())
        amount = self._read_amount(amount, total)
        if not amount or self.currency_id.compare_amounts(amount, total):
            raise ValidationError(self._get_changed_message())
        return {str(move.id): move._ask(due[move], standings[move]) for move in self}

    def _read_amount(self, amount, most):
        """Return what a page posted as the currency has it; 0 for what is no amount.

        :param most: the most that may be paid
        """
        is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
        currency = self.currency_id
        # What is huge, or not a number, cannot be rounded.
        if not is_number or not 0 < amount <= most + currency.rounding:
            return 0.0
        amount = currency.round(amount)
        return 0.0 if currency.compare_amounts(amount, most) > 0 else amount

    def _ask(self, amount, standing):
        """Return what to remember of an amount that is asked for of this invoice."""
        self.ensure_one()
        values = self._get_invoice_next_payment_values()
        if values.get(
            "installment_state"
        ) == "epd" and not self.currency_id.compare_amounts(
            amount, values["amount_due"]
        ):
            return {"asked": standing.residual, "kept_off": 0.0, "discount": True}
        out = standing.residual - standing.due_now
        rest = self.currency_id.round(standing.residual - amount)
        return {"asked": amount, "kept_off": self.currency_id.round(min(out, rest))}

    def _get_changed_message(self):
        return self.env._(
            "What is due has changed since the page was loaded. Load the page again to see"
            " what is due now."
        )

    def _get_review_words(self):
        """Return a paragraph for the customer about what is in review, or False.

        And about what is settled and due later.
        """
        self.ensure_one()
        review = self._get_dunning_review()
        if not review:
            return False
        held = self.currency_id.format(review["in_review"])
        texts = list(review["later"])
        if review["in_review"] and review["cases"]:
            text = self.env._(
                "In review: %(held)s, case %(case)s.", held=held, case=review["cases"]
            )
            texts.insert(0, text)
        elif review["in_review"]:
            texts.insert(0, self.env._("In review: %(held)s.", held=held))
        if review["is_stopped"]:
            texts.append(self.env._("Nothing of this invoice is to be paid now."))
        else:
            due = self.currency_id.format(review["due_now"])
            texts.append(self.env._("To pay: %(due)s.", due=due))
        return " ".join(texts)

    def _notify_by_email_prepare_rendering_context(self, *args, **kwargs):
        """Say in the head of a mail what is due now, where Odoo asks for the total."""
        values = super()._notify_by_email_prepare_rendering_context(*args, **kwargs)
        told = self.with_context(lang=values.get("lang"))._get_review_words()
        if told:
            values["subtitles"] = [*values["subtitles"][:1], told]
        return values

    def _is_eligible_for_early_payment_discount(self, currency, reference_date):
        """Say whether a discount for paying early is offered, as Odoo does.

        None is offered to the customer while a part of the invoice is in review. The
        payment of one that was offered before is booked with it.
        """
        context = self.env.context
        payable = get_private(context, "dunning_payable", Payable)
        if get_private(context, "dunning_no_discount", NoDiscount) or (
            payable is not None and not payable.discount
        ):
            return False
        return super()._is_eligible_for_early_payment_discount(currency, reference_date)
