from odoo import api, models
from odoo.tools import SQL


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {
            "attendance_ids",
            "tz",
            "two_weeks_calendar",
            "schedule_type",
        }:
            self._mark_clocks()
        return res

    def _mark_clocks(self):
        """Have the clocks that run by these calendars replayed."""
        if self.ids:
            # sudo: the clocks of all who work by these hours
            clocks = self.env["aftersales.sla.clock"].sudo()
            clocks._mark(SQL("c.calendar_id = ANY(%s)", self.ids))


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        attendances.calendar_id._mark_clocks()
        return attendances

    def write(self, vals):
        before = self.calendar_id
        res = super().write(vals)
        (before | self.calendar_id)._mark_clocks()
        return res

    def unlink(self):
        calendars = self.calendar_id
        res = super().unlink()
        calendars._mark_clocks()
        return res


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._mark_clocks()
        return leaves

    def write(self, vals):
        self._mark_clocks()
        res = super().write(vals)
        self._mark_clocks()
        return res

    def unlink(self):
        self._mark_clocks()
        return super().unlink()

    def _mark_clocks(self):
        """Have the clocks replayed for which these are holidays; leave of persons is none."""
        holidays = self.filtered(lambda leave: not leave.resource_id)
        if not holidays:
            return
        # sudo: as above
        clocks = self.env["aftersales.sla.clock"].sudo()
        for company, some in holidays.grouped("company_id").items():
            of_all = any(not leave.calendar_id for leave in some)
            ids = [] if of_all else some.calendar_id.ids
            clocks._mark(
                SQL(
                    "c.calendar_id IS NOT NULL AND (%s OR c.calendar_id = ANY(%s))"
                    " AND (%s OR c.company_id = %s)",
                    not ids,
                    ids,
                    not company,
                    company.id or None,
                )
            )
