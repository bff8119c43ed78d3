from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...const import EVENT_DISMISSED, EVENT_DUE, OPEN_CLOCKS
from ...engine.clock import BREACHED, Hand, get_by_hand
from ...engine.cycles import NEXT_REPLY

LEADER = "aftersales_case.group_aftersales_leader"


class AftersalesSlaClock(models.Model):
    """What people decide about a clock: its due time, and that it asks for nothing."""

    _inherit = "aftersales.sla.clock"

    is_by_hand = fields.Boolean("Set by Hand", compute="_compute_by_hand")
    hand_text = fields.Char("Set By", compute="_compute_by_hand")

    @api.depends_context("lang")
    def _compute_by_hand(self):
        # sudo: who set what he may read
        events = self.env["aftersales.case.event"].sudo()
        found = events.search(
            [("case_id", "in", self.case_id.ids), ("kind", "=", EVENT_DUE)]
        )
        hands = self._find_hands(found)
        for clock in self:
            event = events.browse(hands.get(clock._origin.id))
            clock.is_by_hand = bool(event)
            clock.hand_text = event._tell_hand() if event else False

    @api.model
    def _find_hands(self, events):
        """Return ``{clock id: event id}`` of the clocks whose due time events have set."""
        if not events:
            return {}
        asked = events.grouped(lambda event: (event.case_id.id, event.to_id))
        # sudo: as above
        clocks = self.sudo().search(
            [
                ("case_id", "in", events.case_id.ids),
                ("target_id", "in", events.mapped("to_id")),
            ]
        )
        hands = {}
        for key, runs in clocks.grouped(
            lambda c: (c.case_id.id, c.target_id.id)
        ).items():
            told = asked.get(key, events.browse()).sorted(
                lambda event: (event.at, event.id)
            )
            by_hand = [Hand(event.at, event.to_at or None, event.id) for event in told]
            by_start = get_by_hand(runs.mapped("start_at"), by_hand)
            hands |= {
                clock.id: by_start[clock.start_at].event
                for clock in runs
                if clock.start_at in by_start
            }
        return hands

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
