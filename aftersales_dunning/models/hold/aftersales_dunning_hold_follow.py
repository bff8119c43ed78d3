from odoo import models

from ...const import (
    END_MOVED,
    HOLD_ACTIVE,
    RUNNING_STATES,
    SCOPE_AMOUNT,
    SCOPE_INVOICE,
    SYNC,
)


class AftersalesDunningHold(models.Model):
    """A hold that goes on from another: goods that were billed again, merged cases."""

    _inherit = "aftersales.dunning.hold"

    def _go_on(self):
        """Give holds the term of those that they follow.

        :returns: the holds that follow another
        """
        following = self.filtered("follows_id.date_from")
        for hold in following:
            former = hold.follows_id
            hold.write(
                {
                    "date_from": former.date_from,
                    "date_until": former.date_until,
                    "renewal_count": former.renewal_count,
                    "warned_at": former.warned_at,
                }
            )
        return following

    def _unite_with(self, other):
        """Let one of two holds of an invoice dispute what both did; the other one ends.

        Their cases are merged: nothing of it is dunned because of that, and nothing is
        held that was not. What works already goes on before what was only asked for.

        :returns: the hold that goes on
        """
        self.ensure_one()
        if other.state == HOLD_ACTIVE != self.state:
            self._end(END_MOVED)
            return other
        if other.state == self.state:
            self.with_context(aftersales_sync=SYNC).write(self._prepare_union(other))
        other._end(END_MOVED)
        return self

    def _prepare_union(self, other):
        """Return what a hold disputes that disputes what two of one invoice did.

        Goods go on by themselves with the case that has them.
        """
        if SCOPE_INVOICE in (self.scope, other.scope):
            return {"scope": SCOPE_INVOICE}
        if not (self.is_manual or other.is_manual):
            return {}
        amount = self.amount + other.open_amount
        most = max(self.move_id.amount_total, self.amount)
        vals = {
            "scope": SCOPE_AMOUNT,
            "is_manual": True,
            "amount": self.currency_id.round(min(amount, most)),
        }
        if self.approved_amount:
            vals["approved_amount"] = self.approved_amount + other.open_amount
        return vals

    def _get_asked_at(self):
        """Return since when somebody was to do something: when the first was asked for."""
        self.ensure_one()
        first = self
        while first.follows_id:
            first = first.follows_id
        return first.requested_at

    def _carry_approvals(self):
        """Let what was approved of goods count for them on their next invoice.

        Never for more than was approved: no larger amount, nor several that add up to
        it, no wider scope and no other reason.
        """
        for hold in self:
            former = hold.follows_id
            if not former.approved_by_id or not hold._is_within(former):
                continue
            hold.write(
                {
                    "approved_by_id": former.approved_by_id.id,
                    "approved_at": former.approved_at,
                    "approved_amount": former._get_approved_amount(),
                }
            )

    def _is_within(self, former):
        """Say whether this hold covers no more than what was approved of another."""
        self.ensure_one()
        if (self.scope, self.reason_id, self.currency_id) != (
            former.scope,
            former.reason_id,
            former.currency_id,
        ):
            return False
        others = self.search(
            [("follows_id", "=", former.id), ("state", "in", RUNNING_STATES)]
        )
        others |= former.filtered(lambda hold: hold.state in RUNNING_STATES)
        total = sum((others | self).mapped(lambda hold: hold._get_covered_amount()))
        approved = former._get_approved_amount()
        return self.currency_id.compare_amounts(total, approved) <= 0

    def _get_approved_amount(self):
        return self.approved_amount or self._get_covered_amount()

    def _get_covered_amount(self):
        """Return what this hold takes out of dunning when nothing is paid yet."""
        self.ensure_one()
        move = self.move_id
        return move.amount_total if self.scope == SCOPE_INVOICE else self.amount
