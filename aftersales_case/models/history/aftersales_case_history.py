from odoo import api, fields, models

from ...const import CLOSED_STATES, EVENT_CREATED, EVENT_STAGE
from ...engine import replay
from ...engine.replay import OUR_SIDE
from ...engine.working_time import WorkingTimeError


class AftersalesCase(models.Model):
    """The past of a case, told from its events: who held it, for how long, and why."""

    _inherit = "aftersales.case"

    history_html = fields.Html("Story", compute="_compute_history_html", sanitize=False)

    @api.depends_context("uid", "lang", "tz")
    def _compute_history_html(self):
        for case in self:
            case.history_html = self.env["ir.qweb"]._render(
                "aftersales_case.case_history", case._get_history_values()
            )

    # === Replay === #

    @api.depends("event_ids")
    def _compute_duration_tracking(self):
        for case, spans in self._get_spans().items():
            totals = replay.seconds_by(spans, "stage")
            case.duration_tracking = {str(key): value for key, value in totals.items()}

    def _get_spans(self):
        """Return ``{case: [Span]}``: who held each case and in which stage, until now.

        A closed case is replayed until it was closed. Until a case came in, an earlier one
        that was merged into it stood for it.
        """
        snapshots = self.env["aftersales.case.event"]._read_snapshots(
            self.ids, merged=True
        )
        now = fields.Datetime.now()
        return {
            case: replay.spans(snapshots.get(case.id, []), case.closed_at or now)
            for case in self
        }

    def _get_custody(self, key="party"):
        """Say who held each case and for how long: the answer to "who held it?".

        :param key: ``party`` (us, customer, supplier, parts), ``team``, ``user``,
            ``stage`` or ``state``
        :returns: ``{case: {value: (calendar seconds, working seconds)}}``; the value is
            an id for team, user and stage. Working time is the team's, else the
            company's, until now or until the case was closed; None where it cannot
            be told.
        """
        spans_by_case = self._get_spans()
        times = self._get_working_times(spans_by_case)
        return self._sum_custody(key, spans_by_case, times)

    @api.model
    def _sum_custody(self, key, spans_by_case, times):
        """Return what ``_get_custody`` does, of spans and working times at hand."""
        result = {}
        for case, spans in spans_by_case.items():
            totals = result.setdefault(case, {})
            for span in spans:
                value = getattr(span, key)
                calendar, working = totals.get(value, (0, 0))
                time = times[case._get_work_key()]
                worked = time and time.elapsed(span.start, span.end)
                totals[value] = (
                    calendar + span.seconds,
                    None if worked is None else working + worked,
                )
        return result

    @api.model
    def _get_working_times(self, spans_by_case):
        """Return the working time in which the spans of cases lie.

        One look for each calendar and company, from the first start to the last end.

        :returns: ``{result of _get_work_key: WorkingTime}``, None for a calendar by which
            nothing can be counted
        """
        bounds = {}
        for case, spans in spans_by_case.items():
            if spans:
                key = case._get_work_key()
                first, last = spans[0].start, spans[-1].end
                known = bounds.get(key, (first, last))
                bounds[key] = min(first, known[0]), max(last, known[1])
        times = {}
        for (calendar, company), (first, last) in bounds.items():
            try:
                time = calendar._get_aftersales_working_time(company, first, last)
            except WorkingTimeError:
                time = None
            times[calendar, company] = time
        return times

    def _get_work_key(self):
        """Return what the working time of this case follows from: calendar, company."""
        return self._get_calendar(), self.company_id

    def _get_calendar(self):
        """Hook: return the ``resource.calendar`` by which this case's time counts."""
        self.ensure_one()
        # sudo: working hours are no secret, but their model is closed to many
        team, company = self.team_id.sudo(), self.company_id.sudo()
        return team.resource_calendar_id or company.resource_calendar_id

    # === Story === #

    def _get_history_values(self):
        """Return what the history page and its PDF show."""
        self.ensure_one()
        # One replay for all tables.
        spans = self._get_spans()
        times = self._get_working_times(spans)
        return {
            "case": self,
            "lines": self._get_history_lines(),
            "custody": [
                (
                    title,
                    self._get_custody_rows(
                        key, self._sum_custody(key, spans, times)[self]
                    ),
                )
                for title, key in (
                    (self.env._("Whose turn it was"), "party"),
                    (self.env._("Team"), "team"),
                    (self.env._("Responsible"), "user"),
                    (self.env._("Stage"), "stage"),
                )
            ],
        }

    def _get_history_lines(self):
        hidden = self.env["aftersales.case.event"]._get_hidden_kinds()
        # sudo: whoever reads a case reads its history, but for what is hidden from him.
        # Searched for: what stands in the cache is what its first reader could read.
        cases = self.sudo()._get_merged_cases()
        events = cases.env["aftersales.case.event"].search(
            [("case_id", "in", cases.ids), ("kind", "not in", hidden)]
        )
        turns = events.filtered(
            lambda e: e.case_id == self and e.kind in (EVENT_CREATED, EVENT_STAGE)
        )
        until = dict(zip(turns, [*turns[1:].mapped("at"), None], strict=False))
        end = self.closed_at or fields.Datetime.now()
        lines = []
        for event in events:
            lasted = None
            if event in until and event.state not in CLOSED_STATES:
                left = until[event] or max(end, event.at)
                lasted = self._format_seconds((left - event.at).total_seconds())
            lines.append(
                {
                    "at": event.at,
                    "actor": event.actor_id.name,
                    "text": event.summary
                    if event.case_id == self
                    else f"{event.case_id.number}: {event.summary}",
                    "stage": event.stage_id.name,
                    "lasted": lasted,
                    "turn": event in until,
                    "reason": event.reason_text,
                }
            )
        return lines

    def _get_custody_rows(self, key, totals):
        labels = self._get_custody_labels(key, totals)
        return [
            (labels[value], self._format_seconds(calendar), self._format_working(work))
            for value, (calendar, work) in sorted(
                totals.items(), key=lambda item: -item[1][0]
            )
        ]

    def _get_custody_labels(self, key, values):
        nobody = self.env._("Nobody")
        if key == "party":
            waits = dict(self._fields["waiting_for"]._description_selection(self.env))
            return waits | {OUR_SIDE: self.company_id.name}
        model = self._fields[f"{key}_id"].comodel_name
        # sudo: names of teams and colleagues of the past
        records = self.env[model].sudo().browse(filter(None, values)).exists()
        names = {record.id: record.display_name for record in records}
        return {value: names.get(value, nobody) for value in values}

    def _format_working(self, seconds):
        """Return working time as a user says it; a dash where it cannot be told."""
        if seconds is None:
            return "–"
        # No days: one of work is not one of the calendar.
        return self._format_hours(*divmod(int(seconds // 60), 60))

    def _format_seconds(self, seconds):
        """Return a duration as a user says it: days and hours, or hours and minutes."""
        hours, minutes = divmod(int(seconds // 60), 60)
        if hours < 24:
            return self._format_hours(hours, minutes)
        days, hours = divmod(hours, 24)
        return self.env._("%(days)s d %(hours)s h", days=days, hours=hours)

    def _format_hours(self, hours, minutes):
        if not hours:
            return self.env._("%s min", minutes)
        if not minutes:
            return self.env._("%s h", hours)
        return self.env._("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
