from collections import defaultdict, namedtuple
from datetime import timedelta

import pytz

from odoo import api, models
from odoo.fields import Datetime, Domain

from ...const import TO_PLAN
from ...engine.board import count_minutes, find_gaps
from ...engine.spans import clip, day_span, local_day, tidy
from ..visit.during import during

Sheet = namedtuple("Sheet", "start stop days work busy others")
"""What fills the days of the rows, all in naive UTC.

``days``: list of ``(day, start, stop)``; ``work``: ``{row: [span]}``, when people work;
``busy``: ``{row: [span]}``, work that is planned; ``others``: ``[(row, span)]``, what of it
is not among the visits shown."""

# Rows that are made of customers with work to plan.
MOST_ROWS = 200
# In a window wider than this only whole free days are drawn, no nights and no lunch.
COARSE = timedelta(days=35)
COARSE_GAP = timedelta(hours=20)
# Drawn where nobody works and nothing is planned.
USUAL_HOURS = [7, 19]
# The fields whose rows are people, and those they work for.
TECHNICIAN, SUBCONTRACTOR = "lead_id", "subcontractor_id"


class AftersalesVisit(models.Model):
    """The rows of the board, and what is known of their days."""

    _inherit = "aftersales.visit"

    # === Rows === #

    @api.model
    def _get_board_rows(self, field, visits):
        """Return the records that are rows: all that can have visits, and that have some.

        :param field: of the visit
        :param visits: those shown
        """
        shown = visits[field.name]
        if field.name == TECHNICIAN:
            shown |= visits.crew_ids.resource_id
        rows = self._get_idle_rows(field) | shown
        # sudo: names, as every form shows them
        return rows.sorted(lambda row: (row.sudo().display_name or "").lower())

    @api.model
    def _get_idle_rows(self, field):
        """Hook: return the records that are a row even without a visit.

        :param field: of the visit, which makes the rows
        """
        if field.name == TECHNICIAN:
            return self._get_board_technicians()
        if field.name == SUBCONTRACTOR:
            return self._get_board_technicians().visit_partner_id
        if field.name == "partner_id":
            return self.search(
                [("state", "=", TO_PLAN)], order="latest, id", limit=MOST_ROWS
            ).partner_id
        if field.comodel_name in ("aftersales.region", "aftersales.team"):
            return self.env[field.comodel_name].search([])
        return self.env[field.comodel_name]

    @api.model
    def _get_board_technicians(self):
        """Return who goes on visits; who may see no others' sees himself alone."""
        domain = Domain("does_visits", "=", True)
        if not self._sees_others():
            domain &= Domain("user_id", "=", self.env.uid)
        return self.env["resource.resource"].search(domain)

    @api.model
    def _sees_others(self):
        return self.env.user.has_group("aftersales_case.group_aftersales_agent")

    @api.model
    def _prepare_board_rows(self, field, rows, visits, sheet):
        """Return rows, backgrounds, days and how evenly the work is spread."""
        is_people = field.name == TECHNICIAN
        prepared = [self._prepare_board_row(field, row, sheet) for row in rows]
        if not is_people and visits.filtered(lambda one: not one[field.name]):
            nobody = self.env[field.comodel_name]
            prepared.append(self._prepare_board_row(field, nobody, sheet))
        return {
            "rows": prepared,
            "grounds": self._prepare_grounds(rows, sheet) if is_people else [],
            "days": [
                [str(day), Datetime.to_string(start), Datetime.to_string(stop)]
                for day, start, stop in sheet.days
            ],
        }

    @api.model
    def _prepare_board_row(self, field, row, sheet):
        """Return a row, with minutes of work and of working time for each day."""
        # sudo: names, as every form shows them
        name = row.sudo().display_name or self.env._(
            "Without %s", field._description_string(self.env).lower()
        )
        return {
            "id": row.id,
            "name": name,
            "note": self._get_board_note(field, row),
            "work": count_minutes(sheet.busy.get(row, []), sheet.days),
            "time": count_minutes(sheet.work.get(row, []), sheet.days),
        }

    @api.model
    def _get_board_note(self, field, row):
        """Hook: return what the board says of a row below its name."""
        if field.name != TECHNICIAN:
            return ""
        # sudo: whether he has hours, and the name of his firm
        person = row.sudo()
        if not person.calendar_id:
            return self.env._("Has no working hours")
        return person.visit_partner_id.name or ""

    # === Days === #

    @api.model
    def _get_board_sheet(self, field, rows, visits, start, stop):
        """Return what fills the days of the rows, by a constant number of queries.

        :returns: ``Sheet``
        """
        days = self._get_board_days(start, stop)
        busy = defaultdict(list)
        if field.name != TECHNICIAN:
            for visit in visits:
                busy[visit[field.name]].append((visit.start, visit.stop))
            return Sheet(start, stop, days, {}, busy, [])
        for crew in visits.crew_ids:
            if crew.is_blocking:
                busy[crew.resource_id].append((crew.start, crew.stop))
        others = self._get_others_work(rows, visits, start, stop)
        for row, span in others:
            busy[row].append(span)
        return Sheet(
            start, stop, days, self._get_board_work(rows, start, stop), busy, others
        )

    @api.model
    def _get_board_work(self, rows, start, stop):
        """Return ``{technician: [span]}``, when each works.

        Who has no calendar is left out: Odoo would say that he always works.
        """
        # sudo: hours as such, which a planner has to know of all
        people = rows.sudo().filtered("calendar_id")
        hours = people._get_visit_hours(start, stop)
        return {row: hours[row.id] for row in rows if row.id in hours}

    @api.model
    def _get_board_days(self, start, stop):
        """Return the days of a span in the user's zone: ``[(date, start, stop)]``."""
        zone = str(self.env.tz)
        day, begin, end = local_day(start, zone)
        days = [(day, begin, end)]
        while end < stop:
            day += timedelta(days=1)
            begin, end = day_span(day, zone)
            days.append((day, begin, end))
        return days

    @api.model
    def _get_board_hours(self, sheet):
        """Return the hours of the day, ``[from, to]``, that hold all work and an hour more.

        What goes over midnight needs all of them.
        """
        spans = tidy(
            span
            for by_row in (sheet.work, sheet.busy)
            for spans in by_row.values()
            for span in spans
        )
        if not spans:
            return USUAL_HOURS
        first, last = USUAL_HOURS[1], USUAL_HOURS[0]
        for start, stop in spans:
            begin, end = (
                pytz.utc.localize(moment).astimezone(self.env.tz)
                for moment in (start, stop)
            )
            if (end - timedelta(microseconds=1)).date() != begin.date():
                return [0, 24]
            first = min(first, begin.hour)
            last = max(last, end.hour + 1 if end.minute else end.hour or 24)
        return [max(0, first - 1), min(24, last + 1)]

    @api.model
    def _get_others_work(self, rows, visits, start, stop):
        """Return ``[(technician, span)]`` of visits that the user does not see here.

        He may not read them, or does not search for them; the time is taken all the same.
        """
        if not self._sees_others():
            return []
        # sudo: free or taken, and nothing else: a planner has to know it of all
        crew = self.env["aftersales.visit.crew"].sudo()
        found = crew.search_fetch(
            Domain("resource_id", "in", rows.ids)
            & Domain("is_blocking", "=", True)
            & during(start, stop)
            & Domain("visit_id", "not in", visits.ids),
            ["resource_id", "start", "stop"],
        )
        by_id = {row.id: row for row in rows}
        return [(by_id[one.resource_id.id], (one.start, one.stop)) for one in found]

    # === Backgrounds === #

    @api.model
    def _prepare_grounds(self, rows, sheet):
        """Return what lies behind the visits: ``[[row, kind, start, stop]]``.

        Kinds: ``off`` (does not work), ``busy`` (a visit not shown), ``pending`` (has
        asked for leave).
        """
        least = COARSE_GAP if sheet.stop - sheet.start > COARSE else None
        spans = [
            (row, "off", span)
            for row in rows
            for span in find_gaps(
                sheet.work.get(row, []), sheet.start, sheet.stop, least
            )
        ]
        spans += [(row, "busy", span) for row, span in sheet.others]
        pending = rows._get_pending_leave(sheet.start, sheet.stop)
        spans += [
            (row, "pending", span)
            for row in rows
            for span in clip(pending[row.id], sheet.start, sheet.stop)
        ]
        return [
            [row.id, kind, Datetime.to_string(start), Datetime.to_string(stop)]
            for row, kind, (start, stop) in spans
        ]
