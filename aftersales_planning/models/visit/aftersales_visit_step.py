from odoo import models
from odoo.exceptions import UserError

from ...const import (
    BLOCKING_STATES,
    BOOKED_STATES,
    CANCELLED,
    CONFIRMED,
    DONE,
    FAILED,
    ON_SITE,
    PLANNED,
    TO_PLAN,
    UNDER_WAY,
)

# From which states a visit may come into one.
COMES_FROM = {
    PLANNED: (TO_PLAN, *BOOKED_STATES),
    CONFIRMED: (PLANNED,),
    UNDER_WAY: BOOKED_STATES,
    ON_SITE: (*BOOKED_STATES, UNDER_WAY),
    DONE: (*BOOKED_STATES, UNDER_WAY, ON_SITE),
    FAILED: (*BOOKED_STATES, UNDER_WAY, ON_SITE),
    CANCELLED: (TO_PLAN, *BOOKED_STATES),
    TO_PLAN: BOOKED_STATES,
}


class AftersalesVisit(models.Model):
    """From state to state, each step logged."""

    _inherit = "aftersales.visit"

    def _enter(self, state, reason=None, **vals):
        """Take these visits into a state.

        The only way into a state. The caller has asked for the right.

        :param state: one of ``VISIT_STATES``
        :param reason: why, for the history
        :param vals: what else is written
        :raises UserError: for a visit that cannot come there from where it stands
        """
        self._ensure_can_enter(state)
        # sudo: the state is kept by the system
        visits = self.sudo()
        for visit in visits:
            visit.write({"state": state, "revision": visit.revision + 1, **vals})
        visits.crew_ids.write({"is_blocking": state in BLOCKING_STATES})
        visits._log(state, reason)
        visits._after_step(state)

    def _ensure_can_enter(self, state):
        states = dict(self._fields["state"]._description_selection(self.env))
        for visit in self:
            if visit.state not in COMES_FROM[state]:
                raise UserError(
                    self.env._(
                        "%(visit)s is “%(now)s” and cannot become “%(then)s”.",
                        visit=visit.name,
                        now=states[visit.state],
                        then=states[state],
                    )
                )

    def _after_step(self, state):
        """Hook: called once per batch with visits that came into a state, with sudo."""

    # === Of the planner === #

    def action_cancel(self):
        """Call these visits off.

        :raises UserError: for a visit that began
        """
        self.check_access("write")
        self._enter(CANCELLED, locked=False)
        return True

    # === Of the technician === #

    def action_set_out(self):
        """Say that the crew is under way."""
        self._ensure_can_report()
        self._enter(UNDER_WAY)
        return True

    def action_arrive(self):
        """Say that the crew is there."""
        self._ensure_can_report()
        self._enter(ON_SITE)
        return True

    def action_done(self):
        """Say that the work is done."""
        self._ensure_can_report()
        self._enter(DONE)
        return True

    def _fail(self, failure, note=None):
        """Say that the work could not be done, and why.

        :param failure: ``aftersales.visit.failure``
        :param note: short words
        """
        self._ensure_can_report()
        reason = ": ".join(filter(None, [failure.name, note]))
        self._enter(FAILED, reason, failure_id=failure.id, failure_note=note or False)

    def _ensure_can_report(self):
        """Guard: the crew tells how its own visits go, planners of all they may write.

        :raises AccessError: for others
        """
        self.check_access("read")
        others = self.filtered(lambda one: not one._is_own())
        if others:
            others.check_access("write")

    def _is_own(self):
        """Say whether the user goes on this visit."""
        self.ensure_one()
        # sudo: others of the crew may be of another company
        return self.env.user in self.sudo().crew_ids.resource_id.user_id
