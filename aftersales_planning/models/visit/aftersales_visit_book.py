from collections import namedtuple
from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ...const import EVENT_MOVED, PLANNED, TO_PLAN

Booking = namedtuple("Booking", "visit start stop resources")
"""Where a visit is to stand: naive UTC moments, and a ``resource.resource`` of which the
first one leads."""


class AftersalesVisit(models.Model):
    """The only writer of day, time and crew."""

    _inherit = "aftersales.visit"

    def _book(self, bookings, reason=None):
        """Put visits on somebody's day, or move them.

        Judged by the caller (``_judge``); PostgreSQL refuses what two would do at once.

        :param bookings: list of ``Booking``, of several visits at once, which may change
            places
        :param reason: why, for the history
        """
        if not bookings:
            return
        visits = self.browse([booking.visit.id for booking in bookings])
        visits.case_id._ensure_takes_visits()
        before = {visit: visit.start for visit in visits if visit.start}
        visits._ensure_can_enter(PLANNED)
        self._defer_overlap()
        for booking in bookings:
            # sudo: day and crew are kept by the system; the caller asked for the right
            booking.visit.sudo().write(booking.visit._prepare_booked_vals(booking))
        self._check_overlap()
        moved = visits.filtered(lambda one: one in before)
        moved._log(EVENT_MOVED, reason, before)
        (visits - moved)._log(PLANNED, reason)
        visits.sudo()._after_step(PLANNED)  # sudo: what follows from it

    def _book_at(self, start, resource_ids):
        """Put one visit on a day, for as long as it takes.

        :param start: naive UTC
        :param resource_ids: ids of who goes; the first one leads
        """
        self.ensure_one()
        crew = self.env["resource.resource"].browse(resource_ids)
        stop = start + timedelta(hours=self.duration)
        self._book([Booking(self, start, stop, crew)])

    def _prepare_booked_vals(self, booking):
        """Return what a booking writes on its visit; what stays is not written."""
        self.ensure_one()
        span = {"start": booking.start, "stop": booking.stop}
        lead = booking.resources[:1]
        # sudo: the crew of a visit that the caller may write
        present = {row.resource_id: row for row in self.sudo().crew_ids}
        rows = [
            Command.delete(row.id)
            for resource, row in present.items()
            if resource not in booking.resources
        ]
        for resource in booking.resources:
            values = {**span, "is_lead": resource == lead, "is_blocking": True}
            if resource in present:
                rows.append(Command.update(present[resource].id, values))
            else:
                rows.append(Command.create({"resource_id": resource.id, **values}))
        return {
            **span,
            "lead_id": lead.id,
            "crew_ids": rows,
            "state": PLANNED,
            "revision": self.revision + 1,
        }

    def _unbook(self, reason=None):
        """Take visits off their day, back to those to plan.

        :raises UserError: for a visit that is locked
        """
        locked = self.filtered("locked")[:1]
        if locked:
            raise UserError(
                self.env._("%s is locked. Unlock it before it is moved.", locked.name)
            )
        before = {visit: visit.start for visit in self}
        self._ensure_can_enter(TO_PLAN)
        # sudo: day and crew are kept by the system; the caller asked for the right
        visits = self.sudo()
        visits.crew_ids.unlink()
        for visit in visits:
            visit.write(
                {
                    "state": TO_PLAN,
                    "start": False,
                    "stop": False,
                    "lead_id": False,
                    "revision": visit.revision + 1,
                }
            )
        visits._log(TO_PLAN, reason, before)
        visits._after_step(TO_PLAN)

    def _defer_overlap(self):
        """Let PostgreSQL wait with the crew's overlaps until all rows are written."""
        self.env.flush_all()
        self.env.cr.execute(SQL("SET CONSTRAINTS %s DEFERRED", self._overlap_name()))

    def _check_overlap(self):
        """Let PostgreSQL look at overlaps now.

        :raises psycopg2.errors.ExclusionViolation: which the ORM turns into a sentence
        """
        self.env.flush_all()
        self.env.cr.execute(SQL("SET CONSTRAINTS %s IMMEDIATE", self._overlap_name()))

    def _overlap_name(self):
        return SQL.identifier(f"{self.env['aftersales.visit.crew']._table}_overlap")
