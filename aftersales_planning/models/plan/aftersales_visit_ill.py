from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import BOOKED_STATES, TO_PLAN
from ..visit.during import during


class AftersalesVisit(models.Model):
    """Somebody cannot come: his visits go back to the lane, and others are proposed."""

    _inherit = "aftersales.visit"

    @api.model
    def action_technician_ill(self, resource_id, start, stop, reason=None):
        """Take a technician's visits of some time off his days, locked ones too.

        Those that he began stay with him, as do those that the user may not plan.

        :param resource_id: id of the ``resource.resource``
        :param start: naive UTC, a text or a datetime, like ``stop``
        :param reason: for the history
        :returns: an action: the places proposed for these visits
        :raises UserError: when there is nothing to take off, and for a span that is none
        """
        resource, start, stop = self._read_absence(resource_id, start, stop)
        visits = self._get_visits_of(resource, start, stop)._filtered_access("write")
        if not visits:
            raise UserError(
                self.env._("There are no visits of %s in that time.", resource.name)
            )
        visits.filtered("locked")._set_locked(False)
        visits._unbook(self._read_reason(reason) or None)
        return visits._open_plan(without=resource)

    @api.model
    def _read_absence(self, resource_id, start, stop):
        """Return who cannot come, from when until when, as a request says it.

        :raises UserError: for what cannot be read, and an end before the start
        """
        try:
            resource = self.env["resource.resource"].browse(int(resource_id)).exists()
            start, stop = (fields.Datetime.to_datetime(at) for at in (start, stop))
        except (OverflowError, TypeError, ValueError) as error:
            raise self._get_unreadable() from error
        if not (resource and start and stop):
            raise self._get_unreadable()
        if stop <= start:
            raise UserError(self.env._("Until: choose a moment after “From”."))
        resource.check_access("read")
        return resource, start, stop

    @api.model
    def _get_visits_of(self, resource, start, stop):
        """Return the visits still to come of a technician, which the user may read."""
        return self.search(
            Domain("crew_ids.resource_id", "=", resource.id)
            & Domain("state", "in", BOOKED_STATES)
            & during(start, stop)
        )

    def action_plan(self):
        """Open where these visits fit best, to plan them by a click.

        Of several, those that are planned already stay out, unless all of them are.

        :returns: an action
        :raises UserError: for a visit that is over
        """
        self.check_access("write")
        self._ensure_may_look(1, 1)
        wanted = self.filtered(lambda one: one.state == TO_PLAN) or self
        return wanted._open_plan()

    def _open_plan(self, without=None):
        """Return the action that opens the places proposed for these visits.

        :param without: ``resource.resource`` that are not asked
        """
        wizard = self.env["aftersales.visit.plan"].create(
            {"visit_ids": self.ids, "without_ids": (without or self.browse()).ids}
        )
        wizard._propose()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }
