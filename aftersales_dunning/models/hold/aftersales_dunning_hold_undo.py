from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...const import (
    DEBTOR_CONTROL,
    END_BY_HAND,
    END_MOVED,
    EVENT_HOLD,
    HOLD_ACTIVE,
    PART_TO_CREDIT,
    RUNNING_STATES,
    SYNC,
    TERMS,
)

# What a release may change of a hold itself.
RELEASED = (
    *TERMS,
    "amount",
    "credited_amount",
    "credits_known",
    "is_manual",
    "outcome",
    "part_state",
    "scope",
    "terms_by_hand",
)


class AftersalesDunningHold(models.Model):
    """A release that was a slip of the hand: taken back on its day, while nothing left."""

    _inherit = "aftersales.dunning.hold"

    told_at = fields.Datetime(
        "Customer Told On",
        readonly=True,
        copy=False,
        help="When the customer was told of the decision.",
    )
    restarted_ids = fields.Json(
        readonly=True,
        copy=False,
        help="The reminders that count no more since dunning started again.",
    )
    before_release = fields.Json(
        readonly=True,
        copy=False,
        help="What its release by hand changed of it, as that was before.",
    )
    may_undo = fields.Boolean(compute="_compute_may_undo")

    @api.depends("date_from", "end_reason", "ended_at", "told_at", "part_state")
    @api.depends_context("uid")
    def _compute_may_undo(self):
        for hold in self:
            # sudo: whether it may be taken back is no secret
            may_undo = not hold.sudo()._get_reason_not_to_undo()
            hold.may_undo = may_undo and hold._is_own_release()

    def _keep_before_release(self):
        """Note what a release that follows changes of these holds."""
        for hold in self:
            values = {name: hold[name] for name in RELEASED}
            hold.before_release = values | {"payment_term_id": hold.payment_term_id.id}

    def _get_before_release(self):
        """Return the values of before the release; none of a release that noted none."""
        self.ensure_one()
        before = dict(self.before_release or {})
        if "payment_term_id" in before:
            term = self.payment_term_id.browse(before["payment_term_id"] or None)
            before["payment_term_id"] = term.exists().id
        return before

    def _get_reason_not_to_undo(self):
        """Return why a release cannot be taken back; nothing where it can."""
        self.ensure_one()
        env, today = self.env, fields.Date.context_today(self)
        # What was only asked for never worked, and may wait for an approval.
        if self.end_reason != END_BY_HAND or not self.ended_at or not self.date_from:
            return env._("Only what was released by hand can be taken back.")
        if fields.Datetime.context_timestamp(self, self.ended_at).date() != today:
            return env._("A release can be taken back on the same day only.")
        if self.told_at:
            return env._("The customer was told of the decision already.")
        same = self.case_id.hold_ids if self.case_id else self.move_id.hold_ids
        if any(
            hold.state in RUNNING_STATES
            and hold.move_id == self.move_id
            and hold.follows_id != self
            and hold.case_id == self.case_id
            for hold in same - self
        ):
            return env._("Another hold runs for the same case and invoice.")
        moves = self.move_id | self._get_moves()
        if self._get_later_releases(moves):
            return env._("Another release followed. Take that one back first.")
        left = env["credit.control.line"].search_count(
            Domain("invoice_id", "in", moves.ids)
            & Domain("state", "in", ("queued", "sent"))
            & Domain("write_date", ">=", self.ended_at),
            limit=1,
        )
        return left and env._("A reminder was sent since.")

    def _get_later_releases(self, moves):
        """Return the releases that changed dates, or levels, which this one had changed.

        :param moves: the invoices that this hold is about
        """
        self.ensure_one()
        if not (self.due_before or self.restarted_ids):
            return self.browse()
        later = self.search(
            Domain("ended_at", ">=", self.ended_at)
            & Domain("id", "!=", self.id)
            & (Domain("due_before", "!=", False) | Domain("restarted_ids", "!=", False))
            & self._get_domain_on(moves)
        )
        return later.filtered(
            lambda hold: (
                (hold.ended_at, hold.id) > (self.ended_at, self.id)
                and (
                    hold.move_id in moves
                    or any(str(move.id) in (hold.due_before or ()) for move in moves)
                )
            )
        )

    def action_undo_release(self):
        """Take a release back: the hold works again as before, all dates are as before.

        :raises UserError: when something was sent since, or on another day
        :raises AccessError: for those who may not release it
        """
        self._ensure_may_undo()
        holds = self.sudo()  # sudo: checked above; what follows is the system's
        for hold in holds:
            if reason := hold._get_reason_not_to_undo():
                raise UserError(reason)
        if late := holds._lock():
            raise UserError(
                self.env._(
                    "A reminder about %s is just leaving. Try again in a minute.",
                    ", ".join(late.mapped("display_name")),
                )
            )
        for hold in holds:
            hold._undo_terms()
        holds.move_id._follow_disputes()
        # The goods of its case may be others by now.
        holds.case_id.with_context(aftersales_sync=SYNC)._sync_holds()
        holds._after_change()
        holds._log(EVENT_HOLD, self.env._("Release taken back: %(hold)s"))
        return True

    def _is_own_release(self):
        """Say whether the user may take it back: debtor control any, others their own."""
        self.ensure_one()
        # sudo: who released it is compared only
        return self.sudo().ended_by_id == self.env.user or (
            self.env.su or self.env.user.has_group(DEBTOR_CONTROL)
        )

    def _ensure_may_undo(self):
        """Guard: nobody takes back what debtor control decided but debtor control."""
        self._ensure_can_end()
        if not all(hold._is_own_release() for hold in self if hold.ended_by_id):
            raise AccessError(
                self.env._(
                    "Only debtor control takes back what somebody else released."
                )
            )

    def _undo_terms(self):
        """Let the hold work again; give the invoice back what the release changed."""
        self.ensure_one()
        for move_id, before in (self.due_before or {}).items():
            self.env["account.move"].browse(int(move_id))._give_back_due_dates(before)
        if self.restarted_ids:
            lines = self.env["credit.control.line"].browse(self.restarted_ids)
            lines.exists().manually_overridden = False
        vals = {
            "state": HOLD_ACTIVE,
            "outcome": False,
            "part_state": False,
            "is_series": False,
            "resume_on": False,
            "due_before": False,
            "due_after": False,
            "restarted_ids": False,
            "before_release": False,
            "end_reason": False,
            "ended_at": False,
            "ended_by_id": False,
        }
        granted = self.search(
            [
                ("follows_id", "=", self.id),
                ("state", "=", HOLD_ACTIVE),
                ("part_state", "=", PART_TO_CREDIT),
            ]
        )
        if granted:
            vals["amount"] = self.amount + sum(granted.mapped("open_amount"))
            granted._end(END_MOVED)
        vals |= self._get_before_release()
        self.with_context(aftersales_sync=SYNC).write(vals)
        if self.part_state:
            self._ask_debtor_control()
