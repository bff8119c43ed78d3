from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.aftersales_case.const import (
    EVENT_CREATED,
    EVENT_CUSTOMER_MESSAGE,
    EVENT_MAIL_FAILED,
    EVENT_MAIL_OUT,
    EVENT_REPLY,
    EVENT_STAGE,
    EVENT_TEAM,
    EVENT_TYPE,
    STATE_WAITING,
    WAIT_CUSTOMER,
)
from odoo.addons.aftersales_case.engine.working_time import NoWorkingTime

from ...const import (
    ASK_SILENT,
    ASK_UNREACHED,
    EVENT_AGREED,
    EVENT_KEPT_OPEN,
    EVENT_REFUSED,
    EVENT_REMINDED,
    REPLY_REMINDER,
)
from ...engine import silence

# Signs of life; of what was said only what a person has said.
MOVES = (EVENT_CREATED, EVENT_STAGE, EVENT_TYPE, EVENT_AGREED, EVENT_REFUSED)
SAID = (EVENT_CUSTOMER_MESSAGE, EVENT_REPLY)
DONE = (EVENT_REMINDED, EVENT_KEPT_OPEN, EVENT_MAIL_OUT, EVENT_MAIL_FAILED)
# A reminder that has not left yet is looked after so much later.
LOOK_AGAIN = timedelta(days=1)
BATCH = 100


class AftersalesCase(models.Model):
    """Silent cases: the customer is reminded, and reminded again, then it is closed.

    Only while a case waits for him. What was done and when he was heard last, the log
    says; the moment of the next step is planned from it, forgotten at each sign of life,
    and checked with the log again before anything is done.
    """

    _inherit = "aftersales.case"

    silent_planned = fields.Boolean(
        "Next Reminder Is Planned", readonly=True, copy=False
    )
    silent_at = fields.Datetime("Next Reminder", readonly=True, copy=False)

    _silent_at_idx = models.Index("(silent_at) WHERE silent_at IS NOT NULL")
    _silent_waiting_idx = models.Index(
        "(type_id, silent_planned) WHERE state = 'waiting' AND waiting_for = 'customer'"
    )

    # === Signs of life === #

    @api.model
    def _after_event(self, events):
        result = super()._after_event(events)
        # Another team has other working hours.
        heard = events.filtered(
            lambda event: _is_life(event) or event.kind == EVENT_TEAM
        )
        # sudo: what follows from what somebody did
        planned = heard.case_id.sudo().filtered("silent_planned")
        if planned:
            planned._store_silence(dict.fromkeys(planned.ids), is_planned=False)
        return result

    @api.model
    def _forget_silence(self, domain):
        """Have the cases of a domain planned anew: what it follows from changed."""
        # sudo: when a reminder is due is the system's, whoever changed a type or calendar
        cases = self.sudo().search(domain & Domain("silent_planned", "=", True))
        cases._store_silence(dict.fromkeys(cases.ids), is_planned=False)

    def _store_silence(self, moments, is_planned=True):
        """Write when the next step is due; nobody changed the cases, so no write date.

        :param moments: ``{case id: datetime or None}``
        """
        if not moments:
            return
        self.flush_recordset(["silent_planned", "silent_at"])
        self.env.execute_query(
            SQL(
                "UPDATE aftersales_case c SET silent_planned = %s, silent_at = v.at"
                " FROM unnest(%s::int[], %s::timestamp[]) AS v(id, at)"
                " WHERE c.id = v.id RETURNING c.id",
                is_planned,
                list(moments),
                list(moments.values()),
            )
        )
        self.invalidate_recordset(["silent_planned", "silent_at"], flush=False)

    # === The job === #

    @api.model
    def _get_silent_domain(self):
        """Return the domain of the cases that wait for a customer who may be reminded."""
        return (
            Domain("state", "=", STATE_WAITING)
            & Domain("waiting_for", "=", WAIT_CUSTOMER)
            & Domain("type_id.silent_days", ">", 0)
            & Domain("merged_into_id", "=", False)
        )

    @api.model
    def _cron_silent(self):
        """Plan the cases that have come to wait, then do what is due."""
        waiting = self._get_silent_domain()
        if self._run_in_batches(
            waiting & Domain("silent_planned", "=", False),
            lambda cases: cases._plan_silence(),
        ):
            self._run_in_batches(
                waiting & Domain("silent_at", "<=", fields.Datetime.now()),
                lambda cases: cases._follow_silence(),
                batch=BATCH,
                task="follow",
            )

    def _plan_silence(self):
        steps = self._get_silent_steps()
        self._store_silence({case.id: steps[case][1] for case in self})

    def _follow_silence(self):
        """Do what is due, as the log says it now, and plan what comes next."""
        now, steps = fields.Datetime.now(), self._get_silent_steps()
        due = {
            case: step
            for case, (step, moment) in steps.items()
            if moment and moment <= now
        }
        self._remind_silent(
            [case for case, step in due.items() if step == silence.REMIND]
        )
        self._close_silent(
            [case for case, step in due.items() if step == silence.CLOSE]
        )
        service = self.env["aftersales.portal.service"]
        self.filtered(service._waits_for_customer)._plan_silence()

    @api.model
    def _get_silent_template(self):
        return (
            self.env.ref("aftersales_portal.template_silent", raise_if_not_found=False)
            or self.env["mail.template"]
        )

    def _get_silent_steps(self):
        """Return ``{case: (what is next, when)}``; both None where nothing is."""
        found = self._replay_silence()
        template, now = self._get_silent_template(), fields.Datetime.now()
        nexts = {}
        for case in self:
            case_type = case.type_id
            nexts[case] = template and silence.find_next(
                found[case],
                [case_type.silent_days, case_type.silent_again_days],
                case_type.silent_close_days,
            )
        clocks = self._get_day_clocks(
            {case: step[1] for case, step in nexts.items() if step}
        )
        steps = {}
        for case, step in nexts.items():
            if not step:
                steps[case] = (None, None)
            elif step[0] == silence.WAIT:
                steps[case] = (silence.WAIT, now + LOOK_AGAIN)
            else:
                clock = clocks[case._get_work_key()]
                steps[case] = (step[0], _get_due(clock, step[1], step[2]))
        return steps

    def _replay_silence(self):
        """Return ``{case: Silence}``, as the log and the links say."""
        template = self._get_silent_template()
        events = self.env["aftersales.case.event"].search_fetch(
            [("case_id", "in", self.ids), ("kind", "in", (*MOVES, *SAID, *DONE))],
            ["case_id", "kind", "at", "to_id", "reason"],
            order="id",
        )
        said = {case: [] for case in self}
        for event in events:
            if kind := _read_event(event, template):
                said[event.case_id].append((kind, event.at))
        used = self.env["aftersales.link"]._read_group(
            [("case_id", "in", self.ids), ("last_used_at", "!=", False)],
            ["case_id"],
            ["last_used_at:max"],
        )
        for case, moment in used:
            said[case].append((silence.LIFE, moment))
            said[case].sort(key=lambda pair: pair[1])  # stable: the log's order else
        return {case: silence.replay(pairs) for case, pairs in said.items()}

    # === What is done === #

    def _remind_silent(self, cases):
        """Remind customers by mail; who cannot be reached is not left to himself."""
        cases = self.browse().concat(*cases)
        reached = cases.filtered("email")
        self.env["aftersales.case.event"]._log_events(
            [{"case_id": case, "kind": EVENT_REMINDED} for case in reached]
        )
        reached._send_to_customer(self._get_silent_template(), reason=REPLY_REMINDER)
        for case in cases - reached:
            case._keep_open(ASK_UNREACHED)

    def _close_silent(self, cases):
        """Close these, all at once; what a stage refuses stays open, and is told."""
        cases = self.browse().concat(*cases)
        stages = {case: case.type_id._get_silent_stage() for case in cases}
        missing = cases._missing_for({c: stage for c, stage in stages.items() if stage})
        ready = cases.filtered(lambda case: stages[case] and not missing[case])
        for stage in set(filter(None, stages.values())):
            ready.filtered(lambda case, s=stage: stages[case] == s)._try_to_close(stage)
        for case in cases - ready:
            case._keep_open(ASK_SILENT, stages[case])

    def _try_to_close(self, stage):
        """Close all at once, one by one where a rule refuses one of them."""
        try:
            with self.env.cr.savepoint(), self._changing() as closing:
                closing.stage_id = stage
        except UserError as error:
            if len(self) == 1:
                self._keep_open(ASK_SILENT, stage, error)
                return
            for case in self:
                case._try_to_close(stage)
            return
        for case in self:
            # In the language of who reads it.
            ours = case.with_context(lang=case.user_id.lang)
            ours._message_log(body=ours.env._("Closed: the customer did not answer."))

    def _keep_open(self, asked, stage=None, error=None):
        """Remind no more; let the responsible see to it."""
        self.ensure_one()
        self.env["aftersales.case.event"]._log_events(
            [{"case_id": self, "kind": EVENT_KEPT_OPEN}]
        )
        self._ask_responsible(asked, stage or self.stage_id.browse(), error)


def _is_life(event):
    return event.kind in MOVES or (event.kind in SAID and not event.reason)


def _read_event(event, template):
    """Return what an event means to the silence of a customer, or None for nothing."""
    if _is_life(event):
        return silence.LIFE
    if event.kind == EVENT_REMINDED:
        return silence.REMINDED
    if event.kind == EVENT_KEPT_OPEN:
        return silence.KEPT
    if event.to_id != template.id:
        return None
    return {EVENT_MAIL_OUT: silence.LEFT, EVENT_MAIL_FAILED: silence.LOST}.get(
        event.kind
    )


def _get_due(clock, start, days):
    """Return when so many working days have passed; None for ages."""
    try:
        return clock.ask(lambda time: time.after_days(start, days))
    except NoWorkingTime:
        return None
