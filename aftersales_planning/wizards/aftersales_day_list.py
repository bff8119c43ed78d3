from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_time

from ..const import BLOCKING_STATES

MOST_DAYS = 31


class AftersalesDayList(models.TransientModel):
    """Prints what technicians do on a day: a sheet for each of them and each day."""

    _name = "aftersales.day.list"
    _description = "Day List"
    _inherit = ["aftersales.bounded.mixin"]

    day = fields.Date(required=True, default=lambda self: self._default_day())
    days = fields.Integer("Number of Days", required=True, default=1)
    resource_ids = fields.Many2many(
        "resource.resource",
        string="Technicians",
        domain=[("does_visits", "=", True)],
        default=lambda self: self._default_resource_ids(),
    )

    _days_few = models.Constraint(
        f"CHECK(days BETWEEN 1 AND {MOST_DAYS})",
        "Number of Days: enter 1 to 31.",
    )

    @api.model
    def _default_day(self):
        starts = self._get_chosen_visits().filtered("start").mapped("start")
        if starts:
            return fields.Datetime.context_timestamp(self, min(starts)).date()
        return fields.Date.context_today(self)

    @api.model
    def _default_resource_ids(self):
        """Take the technicians, or the crews of the visits, that were chosen; else one's
        own.
        """
        resources = self.env["resource.resource"]
        if self.env.context.get("active_model") == resources._name:
            found = resources.browse(self.env.context.get("active_ids")).exists()
        else:
            found = self._get_chosen_visits().crew_ids.resource_id
        mine = [("user_id", "=", self.env.uid), ("does_visits", "=", True)]
        return found.filtered("does_visits") or resources.search(mine, limit=1)

    @api.model
    def _get_chosen_visits(self):
        visits = self.env["aftersales.visit"]
        if self.env.context.get("active_model") != visits._name:
            return visits
        chosen = visits.browse(self.env.context.get("active_ids")).exists()
        return chosen._filtered_access("read")

    def action_print(self):
        """Print the sheets.

        :returns: an action
        :raises UserError: where nobody chosen goes on a visit then
        """
        self.ensure_one()
        if not self._get_sheets():
            raise UserError(
                self.env._(
                    "Nobody of these technicians goes on a visit on these days. Choose"
                    " another day, or others."
                )
            )
        report = self.env.ref("aftersales_planning.day_list_report")
        return report.report_action(self, config=False)

    # === Sheets === #

    def _get_senders(self):
        """Return the companies whose paper the sheets are printed on."""
        companies = self.env["res.company"]
        for wizard in self:
            companies |= wizard._get_resources().company_id or self.env.company
        return companies

    def _get_sheets(self):
        """Return what stands on the sheets, as far as who prints them may read it.

        :returns: list of dictionaries: resource, company, day, rows
        """
        self.ensure_one()
        sheets = []
        for resource in self._get_resources().sorted("name"):
            zone = pytz.timezone(resource.tz or "UTC")
            rows = self._get_rows(resource, zone)
            for number in range(self.days):
                day = self.day + timedelta(days=number)
                found = [row for start, row in rows if start.date() == day]
                if found:
                    sheets.append(
                        {
                            "resource": resource,
                            "company": resource.company_id or self.env.company,
                            "day": format_date(
                                self.env, day, date_format="EEEE d MMMM y"
                            ),
                            "zone": zone.zone,
                            "rows": found,
                        }
                    )
        return sheets

    def _get_resources(self):
        """Return those chosen, else everybody who goes on visits."""
        self.ensure_one()
        everybody = [("does_visits", "=", True)]
        return self.resource_ids or self.resource_ids.search(everybody)

    def _get_rows(self, resource, zone):
        """Return ``[(local start, row)]`` of the visits of a technician."""
        first = zone.localize(datetime.combine(self.day, time.min))
        last = zone.localize(
            datetime.combine(self.day + timedelta(days=self.days), time.min)
        )
        crew = self.env["aftersales.visit.crew"].search(
            [
                ("resource_id", "=", resource.id),
                ("start", ">=", first.astimezone(pytz.utc).replace(tzinfo=None)),
                ("start", "<", last.astimezone(pytz.utc).replace(tzinfo=None)),
                ("visit_id.state", "in", BLOCKING_STATES),
            ],
            order="start, id",
        )
        return [
            (
                pytz.utc.localize(row.start).astimezone(zone),
                self._get_row(row, resource, zone.zone),
            )
            for row in crew
        ]

    def _get_row(self, row, resource, zone):
        """Return what stands on the sheet of a visit.

        The sheet lies in a van: of a case that its technician may not read himself it
        says number and time.
        """
        visit, env = row.visit_id, self.env
        times = [
            format_time(env, at, tz=zone, time_format="HH:mm")
            for at in (row.start, row.stop)
        ]
        # sudo: whether he may; who prints it may be another
        readers = visit.case_id.sudo()._filter_readers(resource.user_id)
        if visit.case_id.confidential and not readers:
            return {"times": times, "name": visit._get_neutral_name(), "secret": True}
        return {"times": times, "secret": False} | visit._get_day_row()


class AftersalesVisit(models.Model):
    _inherit = "aftersales.visit"

    def _get_day_row(self):
        """Hook: return what a technician finds on paper of a visit."""
        self.ensure_one()
        site, case = self.site_id, self.case_id
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("place", "parts_state")
        }
        parts = [labels["parts_state"][self.parts_state], self.parts_note]
        return {
            "name": self._get_neutral_name(),
            "customer": self.partner_id.name or "",
            "place": labels["place"][self.place],
            "address": site.partner_id.contact_address_inline or "",
            "contact": site.contact_id.name or case.contact_id.name or "",
            "phone": site.phone or case.phone or "",
            "access": site.access_note or "",
            "title": case.name or "",
            "work": self.note or "",
            "parts": ": ".join(filter(None, parts)),
            # sudo: names, as every form shows them
            "others": ", ".join(self.crew_ids.resource_id.sudo().mapped("name")[:8])
            if len(self.crew_ids) > 1
            else "",
        }
