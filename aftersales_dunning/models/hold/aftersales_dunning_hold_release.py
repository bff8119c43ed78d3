from odoo import fields, models

from ...const import (
    END_BY_HAND,
    END_CREDITED,
    END_EXPIRED,
    END_MOVED,
    END_PAID,
    END_REFUSED,
    END_TAKEN_OFF,
    END_WITHDRAWN,
    EVENT_HOLD,
    EVENT_HOLD_END,
    HOLD_ACTIVE,
    HOLD_EXPIRED,
    HOLD_RELEASED,
    HOLD_REQUESTED,
    HOLD_WITHDRAWN,
    RUNNING_STATES,
)

STATE_BY_END = {
    END_EXPIRED: HOLD_EXPIRED,
    END_WITHDRAWN: HOLD_WITHDRAWN,
    END_REFUSED: HOLD_WITHDRAWN,
    END_MOVED: HOLD_WITHDRAWN,
    END_TAKEN_OFF: HOLD_WITHDRAWN,
}
# Ends that somebody decided, or that our silence earned: no hold comes back by itself.
FINAL_ENDS = (END_BY_HAND, END_EXPIRED, END_REFUSED, END_WITHDRAWN)
# Ends after which there is nothing to agree on.
WITHOUT_TERMS = (END_PAID, END_MOVED, END_REFUSED, END_TAKEN_OFF)


class AftersalesDunningHold(models.Model):
    """The end of a hold.

    On which terms its part comes back is in ``aftersales_dunning_hold_part.py``, with
    what it ends in ``aftersales_dunning_hold_outcome.py``.
    """

    _inherit = "aftersales.dunning.hold"

    def _is_final(self):
        """Say whether a hold ended for good: its goods make no new one."""
        self.ensure_one()
        return self.end_reason in FINAL_ENDS or (
            self.is_manual and self.end_reason == END_CREDITED
        )

    def _end(self, end_reason, outcome=None):
        """End running holds; the part that each disputed comes back on its terms.

        Nothing that was sent is taken back, and no accounting entry is touched; a new
        due date changes the open items only. What is on its way is judged by the new
        terms.

        :param end_reason: key of ``END_REASONS``
        :param outcome: key of ``OUTCOMES``; as the end and the case say unless given
        """
        holds = self.filtered(lambda hold: hold.state in RUNNING_STATES)
        if not holds:
            return
        holds -= holds._wait_for_credit(end_reason)
        outcomes = {hold: outcome or hold._get_outcome(end_reason) for hold in holds}
        holds -= holds._wait_for_outcome(end_reason, outcomes)
        if not holds:
            return
        holds._lock()  # where that takes too long it ends all the same
        were_active = holds.filtered(lambda hold: hold.state == HOLD_ACTIVE)
        were_active._keep_what_customers_held()
        own = were_active._get_own_amounts()
        holds.filtered("part_state")._close_questions()
        for decided, same in holds.grouped(outcomes.get).items():
            same.write(
                {
                    "state": STATE_BY_END.get(end_reason, HOLD_RELEASED),
                    "outcome": decided,
                    "part_state": False,
                    "end_reason": end_reason,
                    "ended_at": fields.Datetime.now(),
                    "ended_by_id": self.env.uid,
                }
            )
        told = {}
        if end_reason not in WITHOUT_TERMS:
            were_active._take_terms(outcomes)
            were_active._apply_terms(own)
            told = {hold: hold._tell_terms() for hold in were_active}
        holds._after_change(seconds=0)
        holds.move_id._close_credit_questions()
        labels = dict(self._fields["end_reason"]._description_selection(self.env))
        holds._log(
            EVENT_HOLD_END,
            self.env._("Dunning hold ended: %(hold)s"),
            labels[end_reason],
            told,
        )

    def _resume_unpaid(self):
        """Let holds come back whose invoice was paid or credited, and is not any more.

        The last one of each case: with its terms, its approval and its longest day.
        """
        back = self.browse()
        for hold in self.sorted("id", reverse=True):
            same = hold.move_id.hold_ids.filtered(
                lambda other, h=hold: h.case_id and other.case_id == h.case_id
            )
            if (
                (hold.end_reason == END_PAID or hold._is_uncredited())
                and hold.move_id.state == "posted"
                and hold.move_id.amount_residual > 0
                and not (hold.case_id and hold.case_id._is_closed())
                and not same.filtered(lambda other: other.state in RUNNING_STATES)
                and not same & back
            ):
                back |= hold
        back._come_back()
        back._follow_credits()  # what was credited meanwhile does not come back

    def _come_back(self):
        """Let holds that ended work again, with all that they had."""
        if not self:
            return
        late = self._lock()
        for hold in self:
            is_active = hold.date_from and hold not in late
            hold.write(
                {
                    "state": HOLD_ACTIVE if is_active else HOLD_REQUESTED,
                    "end_reason": False,
                    "ended_at": False,
                    "ended_by_id": False,
                    "outcome": False,
                    "part_state": False,
                }
            )
        late.filtered("date_from")._start_later()
        active = self.filtered(lambda hold: hold.state == HOLD_ACTIVE)
        active._after_change()
        active._log(EVENT_HOLD, self.env._("Dunning held: %(hold)s"))

    def _end_without_goods(self):
        """End a hold that has nothing left to dispute on its invoice, and say why."""
        self.ensure_one()
        self._end(self._get_end_without_goods())

    def _get_end_without_goods(self):
        """Return why this hold has nothing left to dispute: a key of ``END_REASONS``.

        What was taken off the case, wholly or in part, released nothing.
        """
        goods = self.case_id.line_ids.filtered(
            lambda line: line.concerned and line.quantity > 0
        )
        if self._get_shares():  # what they cost came to nothing
            return END_CREDITED if self._is_credited() else END_TAKEN_OFF
        ordered = goods.filtered(
            lambda line: (
                self.move_id in line._get_billed_order_line().invoice_lines.move_id
            )
        )
        if not ordered:
            return END_TAKEN_OFF
        allocations = ordered._get_billed_order_lines()._get_allocations()
        if any(ordered._get_settled(allocations).values()):
            return END_CREDITED
        bills = set(self.move_id.invoice_line_ids.ids)
        here = any(
            key in line._get_delivery_ids(allocations[line._get_billed_order_line()])
            for line in ordered
            for key, bill in allocations[line._get_billed_order_line()].shares
            if bill in bills
        )
        return END_TAKEN_OFF if here else END_MOVED

    def _is_credited(self):
        """Say whether a credit note may be for the goods that this hold is about."""
        self.ensure_one()
        own = self._get_shares().invoice_line_id
        notes = self.move_id._get_credit_notes()
        return any(
            own & self.move_id._get_credited_lines(line)
            for line in notes.invoice_line_ids
        )
