from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from odoo.addons.aftersales_case.engine.working_time import WorkingTimeError

from ...const import OWN_EVENTS
from ...engine import clock as engine
from ...engine.held import read_by_hand
from ...engine.terms import WORKING_UNITS
from ...engine.why import MOST_DAYS, explain
from .aftersales_sla_clock_show import format_seconds
from .clock_times import ClockTimes

# Of the log, what says nothing about a clock.
SILENT = ("sla_breach", "signal", "mail_in", "mail_out", "mail_failed", "message")


class AftersalesSlaClock(models.Model):
    """Why something is due when it is: told day by day, from the log."""

    _inherit = "aftersales.sla.clock"

    why_html = fields.Html("Day by Day", compute="_compute_why", sanitize=False)

    @api.depends_context("lang")
    def _compute_why(self):
        for clock in self:
            clock.why_html = self.env["ir.qweb"]._render(
                "aftersales_sla.clock_why", clock._get_why_values()
            )

    def action_why(self):
        """Open the table that explains the due time.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why This Due Time?"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [
                (
                    self.env.ref("aftersales_sla.aftersales_sla_clock_view_form").id,
                    "form",
                )
            ],
            "target": "new",
        }

    def _get_why_values(self):
        """Return what the template of the table needs."""
        self.ensure_one()
        self.check_access("read")
        # sudo: how what he may read was counted; calendars, log and targets are not his
        clock = self.sudo()
        told = self.env["aftersales.case.event"]._read_raw(clock.case_id.ids, True)
        try:
            one, days = clock._explain(told)
        except WorkingTimeError as error:
            text = str(error) or self.env._("There is too little working time.")
            return {"error": text, "days": [], "events": [], "parties": []}
        zone = clock._get_zone()
        until = one and (one.ended_at or one.due)
        return {
            "error": "" if one else self.env._("The history does not tell of it now."),
            "differs": bool(one) and clock._is_otherwise(one),
            "is_round_the_clock": not clock.calendar_id
            or clock.target_id.unit not in WORKING_UNITS,
            "is_cut": len(days) >= MOST_DAYS,
            "calendar": clock.calendar_id.name,
            "zone": zone,
            "summary": clock._tell_row(clock, zone),
            "days": clock._tell_days(days),
            "parties": clock._get_told_parties(days),
            "is_paused": clock.state == engine.PAUSED,
            "events": clock._tell_events(told.get(clock.case_id.id, ()), until, zone),
            "hand_text": clock.hand_text if clock.is_by_hand else "",
        }

    def _explain(self, raw):
        """Return the replayed ``Clock``, or None, and its ``Day`` list."""
        case, now = self.case_id, fields.Datetime.now()
        [replayed] = case._get_replayed(raw)
        aim = self.target_id._prepare_aim(replayed.order)
        targets = case._get_targets({case: case._get_logged_forces(raw)})[case]
        targets += case._get_told_targets(raw).get(case, [])
        held = dict(targets).get(self.target_id)
        by_hand = read_by_hand(replayed.told, case.id, self.target_id.id)
        times = ClockTimes([replayed])

        def count(time):
            clocks = engine.replay(replayed.story, aim, time, now, held, by_hand)
            one = self._find_replayed(clocks)
            return one, explain(one, aim, time, now) if one else []

        return times(self.calendar_id, case.company_id).ask(count)

    def _find_replayed(self, clocks):
        """Return the one of replayed clocks that this is, or None.

        By its start: numbers are those before a merge.
        """
        by_start = [one for one in clocks if one.start == self.start_at]
        by_number = [one for one in by_start or clocks if one.number == self.cycle]
        return next(iter(by_number or by_start), None)

    def _is_otherwise(self, one):
        """Say whether the replay says something else than what was kept."""
        return (self.due_at or None, self.breached_at or None) != (
            one.due,
            one.breached_at,
        )

    def _get_zone(self):
        return self.calendar_id.tz or self.company_id.partner_id.tz or "UTC"

    # === In words === #

    def _tell_days(self, days):
        holidays = self._get_holidays(days)
        # On a phone the year takes the place of a column.
        is_one_year = len({day.date.year for day in days}) == 1
        pattern = "EEE d MMM" if is_one_year else "EEE d MMM y"
        return [
            {
                "date": format_date(self.env, day.date, date_format=pattern),
                "worked": format_seconds(day.worked),
                "holiday": holidays.get(day.date, ""),
                "is_free": not day.worked,
                "counted": format_seconds(day.counted),
                "paused": {party: format_seconds(n) for party, n in day.paused.items()},
                "total": format_seconds(day.total),
                "left": "" if day.left is None else format_seconds(day.left),
                "is_late": day.left is not None and day.left < 0,
                "is_ahead": day.is_ahead,
            }
            for day in days
        ]

    def _get_holidays(self, days):
        """Return ``{date: name}`` of the public holidays of the working hours."""
        if not days or not self.calendar_id:
            return {}
        first, last = days[0].date, days[-1].date
        leaves = self.env["resource.calendar.leaves"].search(
            Domain("resource_id", "=", False)
            & Domain("calendar_id", "in", [self.calendar_id.id, False])
            & Domain("company_id", "in", [self.company_id.id, False])
            & Domain("date_from", "<=", fields.Datetime.end_of(last, "day"))
            & Domain("date_to", ">=", fields.Datetime.start_of(first, "day"))
        )
        zoned = leaves.with_context(tz=self._get_zone())
        spans = [
            (
                fields.Datetime.context_timestamp(zoned, leave.date_from).date(),
                fields.Datetime.context_timestamp(zoned, leave.date_to),
                leave.name,
            )
            for leave in leaves
        ]
        return {
            day.date: name
            for day in days
            for since, until, name in spans
            # What ends at midnight is not a holiday of the day that begins then.
            if since <= day.date
            and (until.date() > day.date or (until.date() == day.date and until.hour))
        }

    def _get_told_parties(self, days):
        """Return ``[(party, heading)]`` of those for whom it stood still at all."""
        names = self._get_party_names()
        return [
            (party, names[party])
            for party in names
            if any(day.paused.get(party) for day in days)
        ]

    def _tell_events(self, rows, until, zone):
        until = until or fields.Datetime.now()
        kept = [
            row.id
            for row in rows
            if row.kind not in SILENT and (row.at <= until or row.kind in OWN_EVENTS)
        ]
        events = self.env["aftersales.case.event"].browse(kept)
        return [
            {
                "at": format_datetime(self.env, event.at, tz=zone, dt_format="short"),
                "text": event.summary,
                "reason": event.reason_text,
                "actor": event.actor_id.name,
            }
            for event in events
        ]
