from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...const import EVENT_DISMISSED, EVENT_DUE, OPEN_CLOCKS
from ...engine.clock import BREACHED
from ...engine.cycles import NEXT_REPLY

LEADER = "aftersales_case.group_aftersales_leader"


class AftersalesSlaClock(models.Model):
    """What people decide about a clock: its due time, and that it asks for nothing."""

    _inherit = "aftersales.sla.clock"

    is_by_hand = fields.Boolean("Set by Hand", compute="_compute_by_hand")
    hand_text = fields.Char("Set By", compute="_compute_by_hand")

    def _compute_by_hand(self):
        # sudo: who set what he may read
        events = self.env["aftersales.case.event"].sudo()
        found = {
            (event.case_id.id, event.to_id, event.key): event
            for event in events.search(
                [("case_id", "in", self.case_id.ids), ("kind", "=", EVENT_DUE)]
            )
        }
        for clock in self:
            key = clock.case_id.id, clock.target_id.id, str(clock.cycle)
            event = found.get(key, events)
            clock.is_by_hand = bool(event.to_at)
            clock.hand_text = event.to_at and f"{event.actor_id.name}: {event.reason}"

    # === Due time === #

    def action_set_due(self):
        """Ask for another due time.

        :returns: an action
        """
        self.ensure_one()
        self._ensure_can_set_due()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set the Due Time"),
            "res_model": "aftersales.sla.due",
            "view_mode": "form",
            "target": "new",
            "context": {"default_clock_id": self.id},
        }

    def _set_due(self, due_at, reason):
        """Let a clock be due at a moment that a leader names, or as computed again.

        :param due_at: naive UTC, or False for the computed one
        :param reason: why, in words
        :raises AccessError: for whoever is no leader, or may not write the case
        :raises UserError: for what is over, a moment that has passed, or no reason
        """
        self.ensure_one()
        self._ensure_can_set_due()
        due_at = fields.Datetime.to_datetime(due_at) or None
        if due_at:
            due_at = due_at.replace(microsecond=0)
            if due_at <= fields.Datetime.now():
                raise UserError(self.env._("Due: choose a moment that lies ahead."))
        if not (reason or "").strip():
            raise UserError(self.env._("Reason: say why the due time is changed."))
        self._log_decision(
            EVENT_DUE,
            reason=reason.strip(),
            to_id=self.target_id.id,
            key=str(self.cycle),
            from_at=self.due_at,
            to_at=due_at,
        )

    def _ensure_can_set_due(self):
        """Guard: due times are set by leaders, of what is not over."""
        if not self.env.user.has_group(LEADER):
            raise AccessError(self.env._("Due: only leaders set a due time by hand."))
        self.case_id.check_access("write")
        if self.state == BREACHED:
            raise UserError(
                self.env._(
                    "Due: this one is missed already. Repair it if that is not so."
                )
            )
        if self.state not in OPEN_CLOCKS:
            raise UserError(
                self.env._("Due: this one is over. Its due time cannot be changed.")
            )

    # === Nothing to answer === #

    def action_dismiss(self):
        """Say that the customer's message asks for no answer: "Thanks".

        :returns: True
        :raises UserError: for what is no open answer
        """
        self.case_id.check_access("write")
        for clock in self:
            if clock.metric != NEXT_REPLY or clock.ended_at:
                raise UserError(
                    self.env._("Only an answer that is still due can be dismissed.")
                )
        for clock in self:
            clock._log_decision(EVENT_DISMISSED)
        return True

    def _log_decision(self, kind, **vals):
        """Log what somebody decided, and replay the case."""
        case = self.case_id
        self.env["aftersales.case.event"]._log_events(
            [{"case_id": case, "kind": kind, **vals}]
        )
        case._mark_clocks()
