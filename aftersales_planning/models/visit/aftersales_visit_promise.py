from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ...const import BOOKED_STATES, CANCELLED, DONE, FAILED, ON_SITE, TO_PLAN

HALF_WINDOW = timedelta(hours=1)


class AftersalesVisit(models.Model):
    """The window that the customer was told: a promise in the log of the case."""

    _inherit = "aftersales.visit"

    def _promise_window(self, start, stop, reason=None):
        """Tell that the crew comes between two moments.

        :param start: naive UTC, from when on
        :param stop: naive UTC, until when the crew is there
        :param reason: why it is later than was told before
        :raises UserError: for a window that does not hold the visit, or is over
        """
        self.ensure_one()
        self.check_access("write")
        self._check_window(start, stop)
        self.case_id._log_promise(self._get_promise_key(), stop, reason)
        # sudo: the promise is kept by the system
        self.sudo().write({"window_from": start, "window_to": stop})

    def _check_window(self, start, stop):
        if self.state not in BOOKED_STATES:
            raise UserError(
                self.env._(
                    "%s is not planned: plan it before you promise it.", self.name
                )
            )
        if start >= stop:
            raise UserError(
                self.env._("Until: choose a moment after the one the window begins at.")
            )
        if stop <= fields.Datetime.now():
            raise UserError(
                self.env._("Until: choose a moment to come; this window is over.")
            )
        if not start <= self.start <= stop:
            raise UserError(
                self.env._(
                    "Window: the crew of %s arrives outside of it. Choose one around"
                    " the planned time, or move the visit.",
                    self.name,
                )
            )

    def action_promise(self):
        """Ask which window the customer is told.

        :returns: an action that opens the dialog
        """
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promise a Window"),
            "res_model": "aftersales.visit.promise",
            "view_mode": "form",
            "target": "new",
            "context": {"default_visit_id": self.id},
        }

    def _get_usual_window(self):
        """Hook: return the moments between which a visit is promised by default.

        Two hours, in which the planned start lies in the middle.
        """
        if not self.start:
            return False, False
        return self.start - HALF_WINDOW, self.start + HALF_WINDOW

    def _get_promise_key(self):
        return f"visit:{self.id}"

    def _get_promised(self):
        """Return the visits of which a window is promised."""
        return self.filtered("window_to")

    def _after_step(self, state):
        """A crew that is there has kept the promise; a visit that is off breaks it."""
        result = super()._after_step(state)
        promised = self._get_promised()
        if state in (ON_SITE, DONE):
            for visit in promised:
                visit.case_id._keep_promise(visit._get_promise_key())
        elif state in (TO_PLAN, FAILED, CANCELLED):
            for visit in promised:
                visit._take_promise_back()
        return result

    def _take_promise_back(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        self.case_id._log_promise(
            self._get_promise_key(), None, f"{self.name}: {states[self.state]}"
        )
        self.write({"window_from": False, "window_to": False})
