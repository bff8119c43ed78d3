from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.judge import Known, Person, Stop
from ...engine.spans import day_span, subtract, tidy, to_spans
from ..visit.during import during

# Appointments are looked for that began at most so long before.
LONGEST_EVENT = timedelta(days=30)
PENDING_LEAVES = ("confirm", "validate1")


class ResourceResource(models.Model):
    """Who goes on visits, as the engines know them."""

    _inherit = "resource.resource"

    def _get_people(self, start, stop, skills=None, without=None):
        """Return what is known of these technicians in a span, by constant queries.

        Working time and absence come from one source, the same for everybody who asks.

        :param start: naive UTC, like ``stop``
        :param skills: ``hr.skill`` that matter; none are read otherwise
        :param without: ``aftersales.visit`` whose place does not count
        :returns: ``{resource id: Person}``
        """
        # sudo: hours, absence and free/busy as such; no reason and no name is told
        people = self.sudo()
        planned = people._get_visit_hours(start, stop, compute_leaves=False)
        worked = people._get_visit_hours(start, stop)
        pending = people._get_pending_leave(start, stop)
        busy = people._get_visit_busy(start, stop)
        jobs = people._get_visit_jobs(start, stop, without)
        known = people._get_visit_skills(skills)
        return {
            one.id: Person(
                key=one.id,
                company=one.company_id.id or None,
                is_active=one.active,
                does_visits=one.does_visits,
                has_calendar=bool(one.calendar_id),
                is_flexible=bool(one.calendar_id.flexible_hours),
                hours=tuple(planned[one.id]),
                away=tuple(subtract(planned[one.id], worked[one.id])),
                pending=tuple(tidy(pending[one.id])),
                busy=tuple(tidy(busy[one.id])),
                jobs=tuple(jobs[one.id]),
                skills=tuple(known[one.id]),
                home=one._get_home_point(),
            )
            for one in people
        }

    def _get_visit_hours(self, start, stop, compute_leaves=True):
        """Return ``{resource id: [(start, stop)]}`` of working time, naive UTC.

        Whose hours core stores but cannot read has none; the others have theirs.
        """
        try:
            found, _calendars = self._get_valid_work_intervals(
                pytz.utc.localize(start),
                pytz.utc.localize(stop),
                compute_leaves=compute_leaves,
            )
        except ValueError:
            if len(self) == 1:
                return {self.id: []}
            # Whose they are is not said: each is asked by himself.
            hours = {}
            for one in self:
                hours |= one._get_visit_hours(start, stop, compute_leaves)
            return hours
        return {one.id: to_spans(found.get(one.id, ())) for one in self}

    def _get_pending_leave(self, start, stop):
        """Return ``{resource id: [(start, stop)]}`` of leave that is asked for."""
        # sudo: that and when, not why; others' requests cannot be read
        leaves = (
            self.env["hr.leave"]
            .sudo()
            .search_fetch(
                [
                    ("employee_id.resource_id", "in", self.ids),
                    ("state", "in", PENDING_LEAVES),
                    ("date_from", "<", stop),
                    ("date_to", ">", start),
                ],
                ["employee_id", "date_from", "date_to"],
            )
        )
        found = defaultdict(list)
        for leave in leaves:
            resource = leave.employee_id.resource_id
            found[resource.id].append((leave.date_from, leave.date_to))
        return found

    def _get_visit_busy(self, start, stop):
        """Return ``{resource id: [(start, stop)]}`` of other appointments."""
        owners = {one.user_id.partner_id: one for one in self if one.user_id}
        attendees = self.env["calendar.attendee"].search_fetch(
            Domain("partner_id", "in", [partner.id for partner in owners])
            & Domain("state", "!=", "declined")
            & Domain("event_id", "any", self._get_busy_domain(start, stop)),
            ["partner_id", "event_id"],
        )
        attendees.event_id.fetch(["start", "stop", "allday", "start_date", "stop_date"])
        found = defaultdict(list)
        for attendee in attendees:
            one = owners[attendee.partner_id]
            found[one.id].append(_get_event_span(attendee.event_id, one.tz or "UTC"))
        return found

    @api.model
    def _get_busy_domain(self, start, stop):
        """Hook: return the domain of entries of the calendar that somebody has besides.

        The crew of a visit says itself when it is there; absences stand in the hours
        already.
        """
        return Domain(
            [
                ("show_as", "=", "busy"),
                ("active", "=", True),
                ("start", "<", stop + timedelta(days=1)),
                ("start", ">", start - LONGEST_EVENT),
                ("stop", ">", start - timedelta(days=1)),
                ("res_model", "!=", "hr.leave"),
                ("visit_id", "=", False),
            ]
        )

    def _get_visit_jobs(self, start, stop, without=None):
        """Return ``{resource id: [Stop]}`` of the work that nothing else fits on."""
        domain = (
            Domain("resource_id", "in", self.ids)
            & Domain("is_blocking", "=", True)
            & during(start, stop)
        )
        if without:
            domain &= Domain("visit_id", "not in", without.ids)
        rows = self.env["aftersales.visit.crew"].search_fetch(
            domain, ["resource_id", "visit_id", "start", "stop"], order="start, id"
        )
        rows.visit_id.fetch(["place", "site_id"])
        found = defaultdict(list)
        for row in rows:
            visit = row.visit_id
            found[row.resource_id.id].append(
                Stop(row.start, row.stop, visit.id, visit._get_point())
            )
        return found

    def _get_visit_skills(self, skills):
        """Return ``{resource id: [Known]}``, of employees and subcontractors alike."""
        found = defaultdict(list)
        if not skills or not self:
            return found
        self.env.flush_all()
        # The stored list of an employee holds what has expired, and is for HR alone.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT e.resource_id, s.skill_id, l.level_progress, s.valid_from,
                       s.valid_to, NOT COALESCE(k.needs_confirmation, FALSE)
                       OR COALESCE(s.is_confirmed, FALSE)
                  FROM hr_employee_skill s
                  JOIN hr_employee e ON e.id = s.employee_id
                  JOIN hr_skill_level l ON l.id = s.skill_level_id
                  JOIN hr_skill k ON k.id = s.skill_id
                 WHERE e.resource_id = ANY(%(resources)s) AND s.skill_id = ANY(%(skills)s)
             UNION ALL
                SELECT s.resource_id, s.skill_id, COALESCE(l.level_progress, 0),
                       s.valid_from, s.valid_to, TRUE
                  FROM aftersales_resource_skill s
             LEFT JOIN hr_skill_level l ON l.id = s.level_id
                 WHERE s.resource_id = ANY(%(resources)s) AND s.skill_id = ANY(%(skills)s)
                """,
                resources=self.ids,
                skills=skills.ids,
            )
        )
        for row in rows:
            found[row[0]].append(Known(*row))
        return found

    def _get_home_point(self):
        """Return where somebody's day begins, as (latitude, longitude), or None."""
        self.ensure_one()
        partner = self.visit_start_id or self.company_id.partner_id
        point = (partner.partner_latitude, partner.partner_longitude)
        return point if any(point) else None


def _get_event_span(event, zone):
    if not event.allday:
        return event.start, event.stop
    first, last = event.start_date, event.stop_date or event.start_date
    return day_span(first, zone)[0], day_span(last, zone)[1]
