from odoo import models

from ...const import RUNNING_STATES, SCOPE_INVOICE


class AftersalesDunningHold(models.Model):
    """A hold that goes on from another: goods that were credited and billed again."""

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
