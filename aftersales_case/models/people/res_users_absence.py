from datetime import timedelta

import pytz

from odoo import fields, models

from ...engine.working_time import WorkingTimeError


class ResUsers(models.Model):
    """Who is away, and cannot take a case now."""

    _inherit = "res.users"

    def _get_absent(self, company):
        """Return those of these users who are away now: out of office, on leave, or off.

        Off means that the employee's schedule has no working time in the coming 24
        hours, or that leave takes the next one. Somebody without a schedule is there,
        and so is one whose schedule cannot be read.

        :param company: for whose cases; the holidays of another one do not count
        """
        away = self.filtered("is_out_of_office")
        return away | (self - away)._get_on_leave(company)

    def _get_on_leave(self, company):
        now = fields.Datetime.now()
        tomorrow = now + timedelta(days=1)
        start, end = pytz.utc.localize(now), pytz.utc.localize(tomorrow)
        employees = self._get_aftersales_employees(company).filtered(
            "resource_calendar_id"
        )
        away = self.browse()
        schedules = employees.grouped(lambda e: (e.resource_calendar_id, e.company_id))
        for (calendar, employer), staff in schedules.items():
            resources = staff.resource_id
            try:
                worked = calendar._get_aftersales_intervals(
                    employer, now, tomorrow, resources
                )
            except WorkingTimeError:
                continue
            planned = calendar._attendance_intervals_batch(start, end, resources)
            for employee in staff:
                key = employee.resource_id.id
                next_time = next(iter(planned[key]), None)
                if not next_time or not _overlaps(worked[key], next_time):
                    away |= employee.user_id
        return away


def _overlaps(intervals, wanted):
    start, end = (at.astimezone(pytz.utc).replace(tzinfo=None) for at in wanted[:2])
    return any(s < end and e > start for s, e in intervals)
