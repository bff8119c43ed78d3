from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_date, format_duration

from odoo.addons.aftersales_case.engine.working_time import WorkingTimeError

from ...engine.recurrence import Terms, local_day, moment, occurrences

PREVIEWED = 12
# What says on which days visits fall.
DATED_BY = (
    "rule",
    "date_start",
    "date_end",
    "pause_from",
    "pause_to",
    "when_closed",
    "season_from",
    "season_to",
    "company_id",
    "active",
    "place",
    "site_id.tz",
)
# How far to look for them, the next one when there were too few.
HORIZONS = (relativedelta(years=1), relativedelta(years=4), relativedelta(years=13))


class OpenDays:
    """On which days a company works; asked month by month, for many agreements."""

    def __init__(self, company):
        # sudo: the hours of the company, whoever plans
        self._company = company.sudo()
        self._calendar = self._company.resource_calendar_id
        self._months = {}

    def is_closed(self, day):
        if not self._calendar or self._calendar.flexible_hours:
            return False
        month = day.replace(day=1)
        if month not in self._months:
            self._months[month] = self._read(month)
        return self._months[month] is not None and day not in self._months[month]

    def _read(self, month):
        """Return the days around a month on which there is working time.

        Of hours that core stores but cannot read it is None: they move no visit.
        """
        start = datetime.combine(month, time.min) - timedelta(days=1)
        try:
            spans = self._calendar._get_aftersales_intervals(
                self._company, start, start + timedelta(days=34)
            )[False]
        except WorkingTimeError:
            return None
        zone = self._calendar.tz or "UTC"
        return {local_day(first, zone) for first, _last in spans}


class AftersalesVisitRecurrence(models.Model):
    """On which days the visits of an agreement fall."""

    _inherit = "aftersales.visit.recurrence"

    next_date = fields.Date("Next", compute="_compute_next")
    next_html = fields.Html("Next Visits", compute="_compute_next_html", sanitize=False)

    @api.depends(*DATED_BY)
    def _compute_next(self):
        for recurrence, found in self._get_next(1).items():
            recurrence.next_date = found[0].on if found else False

    @api.depends(*DATED_BY, "time_of_day")
    @api.depends_context("lang")
    def _compute_next_html(self):
        """Show the next days as the agreement stands in the form, saved or not."""
        visits = self._origin._get_made()
        for recurrence, found in self._get_next(PREVIEWED).items():
            made = visits.get(recurrence._origin, {})
            recurrence.next_html = self.env["ir.qweb"]._render(
                "aftersales_planning.recurrence_next",
                {
                    "lines": [
                        recurrence._prepare_line(one, made.get(one.day))
                        for one in found
                    ],
                    "clock": format_duration(recurrence.time_of_day),
                    "zone": recurrence._get_zone(),
                    "rule": recurrence.rule,
                },
            )

    def _prepare_line(self, occurrence, visit):
        def write(day):
            return format_date(self.env, day, date_format="EEEE, d MMMM y")

        moved = occurrence.on != occurrence.day
        return {
            "day": write(occurrence.on),
            "moved_from": write(occurrence.day) if moved else False,
            "visit": visit and visit.display_name,
            "state": visit and visit._get_state_label(),
        }

    def _get_made(self):
        """Return ``{agreement: {day by the rule: visit}}`` of what the user may read."""
        made = {}
        if self.ids:
            for visit in self.env["aftersales.visit"].search(
                [("recurrence_id", "in", self.ids)]
            ):
                days = made.setdefault(visit.recurrence_id, {})
                days[visit.occurrence_date] = visit
        return made

    # === Days === #

    def _get_zone(self):
        """Return the name of the time zone of the place of work."""
        self.ensure_one()
        return self.site_id._get_zone_at(self.place, self.company_id)

    def _get_terms(self):
        """Return the ``Terms`` of an agreement."""
        self.ensure_one()
        season = None
        if self.season_from and self.season_to:
            season = (int(self.season_from), int(self.season_to))
        return Terms(
            start=self.date_start,
            until=self.date_end or None,
            paused_from=self.pause_from or None,
            paused_to=self.pause_to or None,
            season=season,
            when_closed=self.when_closed,
        )

    def _get_occurrences(self, first, last, open_days=None):
        """Return the occurrences that are done from one day to another.

        :param open_days: ``OpenDays`` of the company, when known already
        """
        self.ensure_one()
        if not self.rule or not self.date_start:
            return []
        is_closed = (open_days or OpenDays(self.company_id)).is_closed
        return occurrences(self.rule, self._get_terms(), first, last, is_closed)

    def _get_next(self, limit):
        """Return ``{agreement: [Occurrence]}``, the next ones from today on."""
        companies = {company: OpenDays(company) for company in self.company_id}
        now = fields.Datetime.now()
        found = {}
        for recurrence in self:
            today = local_day(now, recurrence._get_zone())
            open_days = companies.get(recurrence.company_id)
            days = []
            for horizon in HORIZONS:
                if not recurrence.active or len(days) >= limit:
                    break
                days = recurrence._get_occurrences(today, today + horizon, open_days)
            found[recurrence] = days[:limit]
        return found

    def _get_span(self, occurrence):
        """Return from when until when an occurrence is to be done, as naive UTC."""
        self.ensure_one()
        zone = self._get_zone()
        last = occurrence.on + timedelta(days=self.tolerance_days)
        return moment(occurrence.on, self.time_of_day, zone), moment(last, 24, zone)
