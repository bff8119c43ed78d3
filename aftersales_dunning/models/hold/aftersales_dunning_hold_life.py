from collections import defaultdict

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError

from ...const import (
    ACCOUNTING_MANAGER,
    CUSTOMER_HOLD_APPROVAL,
    DEBTOR_CONTROL,
    DECIDED_PARTLY,
    END_BY_HAND,
    END_REFUSED,
    EVENT_HOLD,
    HOLD_ACTIVE,
    HOLD_REQUESTED,
    LOCK_INVOICE,
    LOCK_PARTNER,
    RUNNING_STATES,
    SCOPE_CUSTOMER,
    SYNC,
    WAITS_APPROVAL,
    WAITS_MANAGER,
    WAITS_REMINDER,
    WAITS_SERVICE,
    WAITS_SLIP,
)
from .dunning_lock import SECONDS_OF_JOB, lock_for_hold


class AftersalesDunningHold(models.Model):
    """From the request to the end: who decides, and what others are told of it."""

    _inherit = "aftersales.dunning.hold"

    # === Life === #

    def _take_up(self):
        """Activate new holds that wait for nobody, and ask those who decide."""
        self.filtered("is_manual")._know_credits()
        follows = self.filtered(lambda hold: not hold.is_manual or hold._get_shares())
        follows.move_id._follow_disputes()
        self._carry_approvals()
        self._decide()

    def _decide(self):
        """Activate what waits for nobody, and ask those who decide about the rest."""
        for wait, holds in self.grouped(lambda hold: hold._get_wait()).items():
            if not wait:
                holds._activate()
                continue
            holds.waits_for = wait
            if wait in (WAITS_APPROVAL, WAITS_MANAGER, WAITS_SERVICE):
                holds._ask_approval()

    def _follow_slip(self):
        """Decide about holds whose slip was confirmed since."""
        self.filtered(
            lambda hold: (
                hold.waits_for == WAITS_SLIP and not hold.case_id.slip_unconfirmed
            )
        )._decide()

    def _get_wait(self):
        """Hook: return what a hold waits for, a key of ``WAITS``; False for nothing."""
        self.ensure_one()
        follows = self.env.context.get("aftersales_sync") is SYNC
        if follows and self.case_id.slip_unconfirmed:
            return WAITS_SLIP
        if self._needs_approval():
            return WAITS_APPROVAL
        if self._is_beyond_requester():
            return WAITS_MANAGER
        policy = self.company_id.aftersales_customer_hold
        if self.asked_by_customer and policy == CUSTOMER_HOLD_APPROVAL:
            return WAITS_SERVICE
        return False

    def _activate(self, seconds=None):
        """Make holds work from now on: no reminder leaves after this transaction.

        The lock comes first: a sender that holds it finishes its mail, and whoever
        comes later reads this hold. Where that takes too long a job makes the hold work
        as soon as the mail is out; until then no other reminder leaves.

        :param seconds: how long to wait for reminders that are just leaving
        """
        late = self._lock(seconds)
        late._start_later()
        ready = self - late
        if not ready:
            return
        today = fields.Date.context_today(self)
        ready.write({"state": HOLD_ACTIVE, "waits_for": False})
        ready._supersede()
        new = ready.filtered(lambda hold: not hold.date_from)
        new -= new._go_on()
        for reason, holds in new.grouped("reason_id").items():
            days = reason.max_days
            holds.write(
                {
                    "date_from": today,
                    "date_until": fields.Date.add(today, days=days) if days else False,
                }
            )
        for hold in new.filtered("asked_until"):
            hold.date_until = min(hold.asked_until, hold.date_until or hold.asked_until)
        ready._after_change()
        ready._log(EVENT_HOLD, self.env._("Dunning held: %(hold)s"))

    def _lock(self, seconds=None, as_customers=False):
        """Keep reminders about these holds from leaving until this transaction ends.

        A hold has one lock: its customer's, or its invoice's.

        :param seconds: how long to wait for what is just leaving
        :param as_customers: whether they are going to cover their customers
        :returns: the holds for which that took too long
        """
        if self._get_rehearsed_day():
            return self.browse()
        customers = self.filtered(
            lambda hold: as_customers or hold.scope == SCOPE_CUSTOMER
        )
        moves, partners = (self - customers).move_id, customers.partner_id
        busy = lock_for_hold(self.env.cr, moves.ids, partners.ids, seconds)
        late_moves = moves.filtered(lambda move: (LOCK_INVOICE, move.id) in busy)
        late = partners.filtered(lambda partner: (LOCK_PARTNER, partner.id) in busy)
        return self.filtered(
            lambda hold: (
                hold.partner_id in late
                if hold in customers
                else hold.move_id in late_moves
            )
        )

    def _start_later(self):
        """Leave holds to the job, which makes them work when the reminder is out."""
        if self:
            self.waits_for = WAITS_REMINDER
            self.env["aftersales.dunning.backlog"]._add(holds=self)

    def _catch_up(self):
        """Do what could not be done when a hold was asked for or changed."""
        self.ensure_one()
        if self.state == HOLD_REQUESTED and self.waits_for == WAITS_REMINDER:
            self._activate(SECONDS_OF_JOB)
        elif self.state != HOLD_REQUESTED:
            if self.state == HOLD_ACTIVE and self.case_id:
                self.case_id._sync_goods()
            self._after_change()

    def _after_change(self, seconds=None):
        """Let the invoices and what is on its way to the customer follow the holds.

        What others are just writing is taken back by the job. It does not leave
        meanwhile: the gate at the mail reads the hold.

        :param seconds: how long to wait for reminders that are just leaving
        """
        self.env.flush_all()
        self.move_id._publish_full_holds()
        late = self._lock(seconds)
        rest = self - late
        if rest._get_moves()._stop_reminders():
            late = self
        if late:
            self.env["aftersales.dunning.backlog"]._add(holds=late)

    def _get_moves(self):
        """Return the invoices, and entries of customers, that these holds are about."""
        return self.move_id | self._get_customer_moves()

    def _log(self, kind, text, reason=None, told=None):
        """Write down what happened, on the case's history and on both chatters.

        Many read the chatter of an invoice: why it is held is told there of holds that
        a case asked for, and no more than that of others.

        :param text: translated, with a place for ``hold``
        :param told: ``{hold: sentence}`` to add
        """
        if self._get_rehearsed_day():
            return
        events, on_cases, on_moves = [], defaultdict(list), defaultdict(list)
        for hold in self:
            after = (told or {}).get(hold)
            body = text % {"hold": hold.display_name}
            body = f"{body}. {after}" if after else body
            if hold.case_id:
                events.append(
                    {
                        "case_id": hold.case_id,
                        "kind": kind,
                        "to_id": hold.move_id.id,
                        "reason": reason or hold.reason_id.name,
                    }
                )
                on_cases[hold.case_id.id].append(body)
            if hold.move_id:
                number = hold.case_number
                if not number:
                    body = text % {"hold": hold.move_id.name}
                    body = f"{body}. {after}" if after else body
                on_moves[hold.move_id.id].append(
                    f"{body} ({number})" if number else body
                )
        if events:
            self.env["aftersales.case.event"]._log_events(events)
        for model, bodies in ((self.case_id, on_cases), (self.move_id, on_moves)):
            model.browse(bodies)._message_log_batch(
                {key: Markup("<br/>").join(texts) for key, texts in bodies.items()}
            )

    # === Actions === #

    def action_approve(self):
        """Let requested holds work, and approved ones cover what their goods cost now.

        What waits for debtor control only it approves, the rest those who work on the
        case as well. What is more than they decide about waits for the next one.

        :raises AccessError: for anybody else
        """
        self._ensure_can_decide()
        # sudo: checked above; what follows is the system's
        asked = self.sudo().filtered(lambda hold: hold.state == HOLD_REQUESTED)
        if not self.env.su:
            beyond = asked._filter_beyond(self.env.user)
            beyond._pass_on()
            asked -= beyond
        asked.write(
            {"approved_by_id": self.env.uid, "approved_at": fields.Datetime.now()}
        )
        for hold in asked:
            hold.approved_amount = hold._get_covered_amount()
        asked._activate()
        # sudo: as above
        self.sudo().filtered(
            lambda hold: hold.state == HOLD_ACTIVE and hold.unapproved_amount
        )._approve_rest()
        return True

    def action_refuse(self):
        """Refuse requested holds; who may approve them may refuse them.

        :raises AccessError: for anybody else
        """
        self._ensure_can_decide()
        # sudo: checked above; what follows is the system's
        asked = self.sudo().filtered(lambda hold: hold.state == HOLD_REQUESTED)
        asked._end(END_REFUSED)
        return True

    def action_release(self):
        """Ask on which terms the holds end."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Release"),
            "res_model": "aftersales.dunning.release",
            "view_mode": "form",
            "target": "new",
            "context": {"default_hold_ids": self.ids},
        }

    def _release_by_hand(self, terms, outcome=None, granted=0):
        """End active holds by hand.

        :param terms: values of ``aftersales.dunning.release.terms``; those of the outcome
            where there are none
        :param outcome: key of ``OUTCOMES``
        :param granted: what is credited of a hold that ends partly credited
        :returns: the holds that were running until now
        :raises AccessError: when the user may not work on the case, or gives terms that
            are not his to give
        """
        self._ensure_can_end()
        running = self.filtered(lambda hold: hold.state in RUNNING_STATES)
        running._ensure_may_set_terms(terms)
        running._ensure_may_grant(outcome, granted)
        holds = running.sudo()  # sudo: checked above; what follows is the system's
        holds._keep_before_release()
        if terms:
            holds.write(terms)
        if outcome == DECIDED_PARTLY:
            for hold in holds:
                hold._split_granted(granted)
        holds._end(END_BY_HAND, outcome)
        return running

    def _ensure_debtor_control(self):
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(DEBTOR_CONTROL):
            raise AccessError(self.env._("Only debtor control decides about this."))

    def _ensure_can_decide(self):
        """Guard: who decides about what these holds wait for."""
        # sudo: what they wait for is read for the rule only
        if not self.env.su and WAITS_MANAGER in self.sudo().mapped("waits_for"):
            self.check_access("read")
            if not self.env.user.has_group(ACCOUNTING_MANAGER):
                raise AccessError(
                    self.env._("Only the accounting manager decides about this.")
                )
            return
        if all(
            hold.waits_for == WAITS_SERVICE and not hold._needs_approval()
            # sudo: who asked, and how often it was dunned, is read for the rule only
            for hold in self.sudo()
        ):
            self._ensure_can_end()
        else:
            self._ensure_debtor_control()

    def _may_end(self):
        """Say whether the user may release this hold, and be told what that does."""
        self.ensure_one()
        if self.env.su or not self._origin:
            return self.env.su
        if self.env.user.has_group(DEBTOR_CONTROL):
            return self._origin.has_access("read")
        return bool(self.case_id) and self.case_id._may_hold()

    def _ensure_can_end(self):
        """Guard: debtor control, and those who work on the case."""
        self.check_access("read")
        if self.env.su or self.env.user.has_group(DEBTOR_CONTROL):
            return
        if any(not hold.case_id for hold in self):
            raise AccessError(self.env._("Only debtor control decides about this."))
        self.case_id._ensure_may_hold()
