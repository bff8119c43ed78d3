from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import (
    DECIDED_CREDITED,
    DECIDED_EXPIRED,
    DECIDED_REMEDIED,
    END_CREDITED,
    HOLD_ACTIVE,
    PART_DONE,
    PART_DUNNED,
    PART_STATES,
    PART_WAITING,
    REACHED_STATES,
    RELEASE_NEW_DUE,
    RELEASE_RESTART,
    RELEASE_WAIT,
    RUNNING_STATES,
    SCOPE_CUSTOMER,
)
from ...engine.disputes import hold_out

# After these the goods still say what the part is worth, also when the case is closed;
# rejected and withdrawn complaints take no credit then.
FOLLOWING = (DECIDED_CREDITED, DECIDED_EXPIRED, DECIDED_REMEDIED)


class AftersalesDunningHold(models.Model):
    """The disputed part after the end of its hold: it comes back on terms of its own.

    Until its date it is out like an active hold. Then it joins the rest, at the rest's
    level; or it is dunned in a series of its own, told apart by ``hold_id`` on the
    control lines. What is undisputed never changes date or level. Only where all that is
    open was disputed the due dates of the invoice move.
    """

    _inherit = "aftersales.dunning.hold"

    part_state = fields.Selection(
        PART_STATES,
        "Disputed Part",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Where the part that was disputed stands since its case is settled.",
    )
    is_series = fields.Boolean(
        "Dunned by Itself",
        readonly=True,
        copy=False,
        help="The part gets reminders of its own, from the first level on.",
    )
    part_amount = fields.Monetary(
        "Dunned by Itself (Amount)",
        compute="_compute_held_amount",
        store=True,
        help="What of the invoice gets reminders of its own.",
    )

    # The judge asks for the parts of the invoices that are due.
    _parts_idx = models.Index("(move_id) WHERE part_state IN ('waiting', 'dunned')")

    # === What is out, and in which order === #

    def _is_out(self):
        """Say whether this hold keeps its part from being dunned, today's date aside."""
        self.ensure_one()
        return self.state == HOLD_ACTIVE or self.part_state == PART_WAITING

    def _is_apart(self):
        """Say whether its part is out, or dunned by itself: no part of the rest."""
        self.ensure_one()
        return self._is_out() or (self.part_state == PART_DUNNED and self.is_series)

    def _follows_goods(self):
        """Say whether what it disputes still follows goods and credit notes."""
        self.ensure_one()
        if self.state in RUNNING_STATES:
            return True
        if not self._is_apart():
            return False
        # What was entered, as the rest of what was granted in part, follows no goods.
        is_open = not self.is_manual and self.case_id and not self.case_id._is_closed()
        return bool(is_open) or self.outcome in FOLLOWING

    def _get_part_due(self, line):
        """Return when its part of an instalment is due, in a series of its own."""
        self.ensure_one()
        days = (self.due_after, line.date_maturity)
        return max((day for day in days if day), default=None)

    def _get_place(self):
        """Return the place of its part among those of one invoice, to be sorted by.

        What comes first is paid last, and has what several of them dispute: what is
        active, then what is out or due the longest.
        """
        self.ensure_one()
        if self.state == HOLD_ACTIVE:
            return (0, 0, self.id)
        day = self.resume_on or self.due_after
        return (1, -day.toordinal() if day else 0, self.id)

    def _get_own_amounts(self):
        """Return ``{hold: what it disputes of what is open}``, other holds aside."""
        result = {}
        for hold in self:
            move = hold.move_id
            result[hold] = 0.0
            if move.state == "posted" and hold.scope != SCOPE_CUSTOMER:
                result[hold] = hold_out(
                    [hold._get_claim()],
                    hold._get_limits(),
                    move.amount_residual,
                    move.currency_id.round,
                )[hold.id]
        return result

    def _is_whole(self, own):
        """Say whether all that is open is disputed by this hold and by no other.

        :param own: what it disputed of it
        """
        self.ensure_one()
        move = self.move_id
        others = (move.hold_ids - self).filtered(lambda hold: hold._is_apart())
        return (
            move.currency_id.compare_amounts(own, move.amount_residual) >= 0
            and not sum(others._get_own_amounts().values()) > 0
        )

    # === The end of a hold === #

    def _apply_terms(self, own):
        """Let the parts come back as the terms say.

        :param own: what each of them disputed, by ``_get_own_amounts``
        """
        today = self._get_today()
        for hold in self:
            if hold.scope == SCOPE_CUSTOMER:
                hold._apply_terms_to_customer(today)
            elif own[hold] > 0 and hold.end_reason != END_CREDITED:
                hold._apply_terms_to_part(own[hold], today)
            else:  # nothing is held any more, so nothing is released
                hold.part_state = PART_DONE

    def _apply_terms_to_customer(self, today):
        """Let the invoices of a customer come back.

        An entry of several customers goes on where it was reached. What is held by
        another hold, or waits for its date, keeps its own terms.
        """
        self.ensure_one()
        vals = {"part_state": PART_DUNNED}
        moves = self._get_customer_moves(only_whole=True)
        free = moves.filtered(
            lambda move: not any(hold._is_apart() for hold in move.hold_ids)
        )
        if self.release_policy == RELEASE_WAIT:
            resume_on = fields.Date.add(today, days=self.wait_days)
            vals |= {"part_state": PART_WAITING, "resume_on": resume_on}
        elif self.release_policy == RELEASE_RESTART:
            vals |= {"restarted_ids": free._restart_dunning().ids}
        elif self.release_policy == RELEASE_NEW_DUE:
            self._give_new_due_date(free, today)
        self.write(vals)

    def _apply_terms_to_part(self, own, today):
        """Let the part of one invoice come back; the rest stays as it is."""
        self.ensure_one()
        move, is_whole = self.move_id, self._is_whole(own)
        vals = {"part_state": PART_DUNNED}
        if self.release_policy == RELEASE_WAIT:
            resume_on = fields.Date.add(today, days=self.wait_days)
            vals |= {"part_state": PART_WAITING, "resume_on": resume_on}
        elif self.release_policy == RELEASE_RESTART and is_whole:
            vals |= {"restarted_ids": move._restart_dunning().ids}
        elif self.release_policy == RELEASE_RESTART:
            vals |= {"is_series": True}
        elif self.release_policy == RELEASE_NEW_DUE and is_whole:
            if self._is_left_alone():  # its first reminder is still to come
                vals |= {"restarted_ids": move._restart_dunning().ids}
            self._give_new_due_date(move, today)
        elif self.release_policy == RELEASE_NEW_DUE:
            due = self._get_new_due_date(today)
            items = move._get_open_items()
            if due > min(items.mapped("date_maturity"), default=due):
                vals |= {
                    "part_state": PART_WAITING,
                    "resume_on": due,
                    "due_after": due,
                    "is_series": True,
                }
        elif self._is_left_alone():
            vals |= {"is_series": True, "due_after": today}
        self.write(vals)

    def _is_left_alone(self):
        """Say whether this part never was reminded, and the rest that was is done with.

        That is paid, or has had its last reminder. The part does not begin where the rest
        ended: its first reminder is the first.
        """
        self.ensure_one()
        move = self.move_id
        if self.currency_id.compare_amounts(self.amount, move.amount_total) >= 0:
            return False
        items = move._get_open_items()
        reached = move.credit_control_line_ids.filtered(
            lambda line: (
                line.state in REACHED_STATES
                and not line.manually_overridden
                and line.move_line_id in items
            )
        )
        asked, back = reached.filtered(self._was_asked_by), self._get_day_back()
        # What is on its way since is judged anew: the customer has not had it yet.
        given = asked.filtered(
            lambda line: line.state == "sent" or not back or line.date < back
        )
        if given or not reached - asked:
            return False
        own = self._get_own_amounts()[self]
        if self.currency_id.compare_amounts(own, move.amount_residual) >= 0:
            return True
        last, policies = items._get_last_reminders(), items._get_dunning_policies()
        return all(
            item in last and not policies[item]._get_next_level(last[item])
            for item in items
        )

    def _was_asked_by(self, line):
        """Say whether a reminder of the rest asked for this part, too.

        Before the hold, or since the part came back. On the days on which the hold began
        and ended, the amount says it.
        """
        self.ensure_one()
        back = self._get_day_back()
        if not self.date_from or line.date < self.date_from:
            return True
        if back and line.date > back:
            return True
        if line.date not in (self.date_from, back):
            return False
        # What was paid before asks for less: then it counts as not asked for.
        rest = self.move_id.amount_total - self.amount
        same = self.move_id.credit_control_line_ids.filtered(
            lambda other: (
                other.run_id == line.run_id
                and other.level == line.level
                and other.state in REACHED_STATES
                and not other.hold_id
            )
        )
        asked = sum(same.mapped("balance_due"))
        return self.currency_id.compare_amounts(asked, rest) > 0

    def _get_day_back(self):
        """Return the day since which its part is dunned again, or None."""
        self.ensure_one()
        if self.state in RUNNING_STATES or not self.ended_at:
            return None
        ended = fields.Datetime.context_timestamp(self, self.ended_at).date()
        return self.resume_on or ended

    def _follow_payments(self):
        """Let parts that joined a rest which was paid before it had another reminder
        begin with their own first one.
        """
        for hold in self:
            if (
                hold.part_state == PART_DUNNED
                and not hold.is_series
                and hold.move_id.amount_residual > 0
                and hold._is_left_alone()
            ):
                hold.write({"is_series": True, "due_after": hold._get_day_back()})

    def _get_new_due_date(self, today):
        """Return the day that the terms give, counted from today."""
        self.ensure_one()
        if term := self.payment_term_id:
            return max(line._get_due_date(today) for line in term.line_ids)
        return fields.Date.add(today, days=self.due_days)

    def _give_new_due_date(self, moves, today):
        """Move the due dates of invoices of which all that is open was disputed."""
        self.ensure_one()
        before, due = {}, self._get_new_due_date(today)
        for move in moves:
            before[str(move.id)] = move._set_new_due_date(due)
            if move.dunning_due_original:
                self.due_after = due
        self.due_before = before

    def _supersede(self):
        """End the parts of the same case and invoice: these holds are about them now."""
        for hold in self.filtered("case_id"):
            former = (hold.case_id.hold_ids - hold).filtered(
                lambda other, hold=hold: (
                    other.move_id == hold.move_id
                    and other.state != HOLD_ACTIVE
                    and other._is_apart()
                )
            )
            former.part_state = PART_DONE

    # === The day comes === #

    @api.model
    def _get_due_parts_domain(self, day):
        """Return the domain of the parts whose date has come on a day."""
        return Domain("part_state", "=", PART_WAITING) & Domain("resume_on", "<=", day)

    def _resume_parts(self):
        """Let parts whose date has come be dunned: with the rest, or by themselves."""
        self._lock()  # as at the end of a hold
        moves = self._get_moves()
        for hold in self:
            vals = {"part_state": PART_DUNNED}
            if not hold.is_series and hold.move_id and hold._is_left_alone():
                vals |= {"is_series": True, "due_after": hold.resume_on}
            hold.write(vals)
        self.env.flush_all()
        moves._publish_full_holds()

    # === Paid, and not any more === #

    def _end_parts(self):
        """Nothing of these invoices is open, so nothing of their parts comes back."""
        self.filtered(
            lambda hold: hold.part_state in (PART_WAITING, PART_DUNNED)
        ).part_state = PART_DONE

    def _resume_parts_of_unpaid(self):
        """Give parts back what a payment ended that is none any more."""
        today = fields.Date.context_today(self)
        latest = defaultdict(int)
        for hold in self.move_id.hold_ids:
            key = hold.case_id, hold.move_id
            latest[key] = max(latest[key], hold.id)
        for hold in self:
            if (
                hold.part_state == PART_DONE
                and hold.outcome
                and hold.outcome != DECIDED_CREDITED
                and hold.move_id.state == "posted"
                and hold.move_id.amount_residual > 0
                and (not hold.case_id or latest[hold.case_id, hold.move_id] == hold.id)
            ):
                waits = hold.resume_on and hold.resume_on > today
                hold.part_state = PART_WAITING if waits else PART_DUNNED
