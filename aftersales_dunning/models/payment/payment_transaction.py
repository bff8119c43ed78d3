from odoo import fields, models

from ...engine.allocation import spread_due
from ...engine.asked import get_payable
from ...engine.private import Payable


class PaymentTransaction(models.Model):
    """What a customer paid online is booked on the invoices that it was asked for."""

    _name = "payment.transaction"
    _inherit = ["aftersales.kept.mixin", "payment.transaction"]

    # Written by the route that begins a payment; read when it is booked, maybe days later.
    asked_amounts = fields.Json(readonly=True, copy=False, groups=fields.NO_ACCESS)

    def _create_payment(self, **extra_create_values):
        """Book of each invoice what was asked for; what is left stays an open credit."""
        self.ensure_one()
        # sudo: nobody reads it; whoever books a payment books what was asked for
        source = (self.source_transaction_id or self).sudo()
        if not source.asked_amounts or self.amount <= 0:
            return super()._create_payment(**extra_create_values)
        payable = source._get_payable_items()
        booking = self.with_context(dunning_payable=payable)
        payment = super(PaymentTransaction, booking)._create_payment(
            **extra_create_values
        )
        payment = payment.with_env(self.env)
        source._note_left(payment)
        return payment

    def _get_payable_items(self):
        """Say what a payment of this transaction may pay of each open item."""
        moves = self.invoice_ids
        standings = moves._get_standings()
        booked = self._get_booked_amounts()
        amounts, discounted = {}, False
        for move in moves:
            asked = self.asked_amounts.get(str(move.id))
            standing = standings[move]
            if not asked:
                continue
            discounted |= bool(asked.get("discount"))
            payable = get_payable(
                asked["asked"] - booked.get(move.id, 0.0),
                asked["kept_off"],
                standing.residual,
                standing.residual - standing.due_now,
            )
            lines = move._get_term_lines().sorted(lambda line: line.date_maturity)
            items = [(line.id, line.amount_residual_currency) for line in lines]
            spread = spread_due(items, standing.residual - payable)
            amounts |= {key: move.currency_id.round(spread[key]) for key in spread}
        return Payable(amounts, discounted)

    def _get_booked_amounts(self):
        """Return ``{invoice id: amount}`` that earlier captures of this one paid."""
        payments = self.child_transaction_ids.payment_id
        partials = payments.move_id.line_ids.matched_debit_ids
        booked = {}
        for partial in partials:
            move_id = partial.debit_move_id.move_id.id
            booked[move_id] = booked.get(move_id, 0.0) + partial.debit_amount_currency
        return booked

    def _note_left(self, payment):
        """Give debtor control a task where a part of a payment could not be booked."""
        lines = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        left = -sum(lines.mapped("amount_residual_currency"))
        if payment.currency_id.compare_amounts(left, 0) <= 0:
            return
        user = self._get_debtor_controller()
        # sudo: the customer's own session may book his payment
        task = payment.sudo().with_context(lang=user.lang)
        names = ", ".join(self.invoice_ids.mapped("name"))
        task.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=task.env._("Open credit from an online payment"),
            note=task.env._(
                "%(amount)s of this payment is left over: less is open of %(invoices)s"
                " than the customer was asked for, or it is in review. Match it with other"
                " invoices, or pay it back.",
                amount=payment.currency_id.format(left),
                invoices=names,
            ),
        )

    def _get_debtor_controller(self):
        """Return the user who deals with the invoices, of debtor control."""
        # sudo: who decides about holds is looked up for the task only
        holds = self.invoice_ids.sudo().hold_ids
        users = holds._get_debtor_control(self.company_id)
        known = (holds.approved_by_id | holds.requested_by_id) & users
        return (known or users.sorted("id"))[:1]
