from contextlib import contextmanager

import pytz

from odoo import fields, models
from odoo.fields import Domain

from ...engine.working_time import (
    HORIZONS,
    NoWorkingTime,
    WorkingTime,
    WorkingTimeError,
)


class WorkClock:
    """The working time of one calendar and company, looked up as far as is asked for."""

    def __init__(self, calendar, company, start, now):
        self._calendar, self._company = calendar, company
        self._start, self._now = start, now
        self._known = {}

    def ask(self, question):
        """Return what a question to the ``WorkingTime`` returns.

        :param question: function of a ``WorkingTime``; asked again with a longer look
            ahead while it raises ``NoWorkingTime``
        :raises NoWorkingTime: when five years are not enough
        :raises WorkingTimeError: for a calendar by which no clock can run
        """
        for horizon in HORIZONS:
            if horizon not in self._known:
                self._known[horizon] = self._calendar._get_aftersales_working_time(
                    self._company, self._start, self._now + horizon
                )
            try:
                return question(self._known[horizon])
            except NoWorkingTime:
                continue
        if self._known[horizon].is_empty:
            raise WorkingTimeError(
                self._calendar.env._(
                    "Working hours: there is no working time in %(name)s until %(date)s."
                    " Add hours, or choose other ones.",
                    name=self._calendar.name,
                    date=(self._now + horizon).date(),
                )
            )
        raise NoWorkingTime


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _get_aftersales_intervals(self, company, start, end, resources=None):
        """Return working time as the after-sales of one company counts it.

        Cases read calendars with sudo, and core then takes the public holidays of all
        companies: here those of another company do not count. Without a calendar it is
        working time round the clock.

        :param company: the company whose public holidays count
        :param start: naive UTC, as ``end``
        :param resources: whose own leave counts too; none for the calendar as such
        :returns: ``{resource id: [(start, end)]}``, naive UTC; the id is False for the
            calendar as such, which is always there
        :raises WorkingTimeError: by a sentence, for hours that core stores but cannot read
        """
        resources = resources or self.env["resource.resource"]
        if not self:
            return {key: [(start, end)] for key in (*resources.ids, False)}
        holidays = Domain("company_id", "in", [company.id, False])
        with self._telling_what_is_unreadable():
            intervals = self._work_intervals_batch(
                pytz.utc.localize(start),
                pytz.utc.localize(end),
                resources,
                domain=[
                    ("time_type", "=", "leave"),
                    *(holidays | Domain("resource_id", "!=", False)),
                ],
            )
        return {
            key: [(_to_naive(first), _to_naive(last)) for first, last, _leaves in found]
            for key, found in intervals.items()
        }

    @contextmanager
    def _telling_what_is_unreadable(self):
        """Guard: core stores hours that no day has, and fails when it reads them.

        :raises WorkingTimeError: by a sentence, instead
        """
        try:
            yield
        except ValueError as error:
            raise WorkingTimeError(
                self.env._(
                    "Working hours: the times of %s cannot be read. Correct them: each"
                    " lies between 0:00 and 24:00.",
                    self.name,
                )
            ) from error

    def _get_aftersales_clock(self, company, start):
        """Return the ``WorkClock`` of a company from a moment on."""
        return WorkClock(self, company, start, fields.Datetime.now())

    def _get_aftersales_working_time(self, company, start, end):
        """Return the working time of this calendar, to be asked when something is due.

        Of no calendar it is time round the clock, with the days of the company.

        :param company: the company whose public holidays count
        :param start: naive UTC, as ``end``
        :raises WorkingTimeError: by a sentence, for a calendar by which no clock can run
        """
        if self.flexible_hours:
            raise WorkingTimeError(
                self.env._(
                    "Working hours: %s are flexible and have no hours to count by."
                    " Choose working hours with fixed times.",
                    self.name,
                )
            )
        intervals = self._get_aftersales_intervals(company, start, end)[False]
        zone = self.tz or company.partner_id.tz or "UTC"
        return WorkingTime(intervals, zone)


def _to_naive(moment):
    return moment.astimezone(pytz.utc).replace(tzinfo=None)
