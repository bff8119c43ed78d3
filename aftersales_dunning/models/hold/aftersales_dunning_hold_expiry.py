from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.aftersales_case.const import EVENT_REPLY, SAID_SINCE
from odoo.addons.aftersales_case.engine.working_time import NoWorkingTime

from ...const import END_EXPIRED

# As far back as silence is counted.
PAST = timedelta(days=5 * 366)


class AftersalesDunningHold(models.Model):
    """Discipline: a hold ends when we are silent, after a warning.

    Silence is counted in working days of the company, from the last thing that one of
    us did on the case: moved or changed it, or wrote on it; see the log of cases.
    """

    _inherit = "aftersales.dunning.hold"

    @api.model
    def _cron_expire(self):
        """Let parts come back whose date has come; warn of holds that end soon, and end
        those whose time is up.

        What is granted waits for its credit note, and what nobody decided for somebody
        who does: silence ends neither.
        """
        today = fields.Date.context_today(self)
        self._run_in_batches(
            self._get_due_parts_domain(today),
            lambda holds: holds._resume_parts(),
            task="resume",
        )
        self._run_in_batches(
            self._get_expiring_domain(),
            lambda holds: holds._expire_or_warn(),
        )

    @api.model
    def _wake(self, name, delay=None):
        """Let one of our jobs run soon.

        :param name: its external id in this addon
        :param delay: ``timedelta`` to wait first
        """
        cron = self.env.ref(f"aftersales_dunning.{name}", False)
        if cron:
            # sudo: waking a job is no matter of rights
            cron.sudo()._trigger(at=delay and fields.Datetime.now() + delay)

    def _get_failure_records(self):
        return self.case_id

    def _expire_or_warn(self):
        """End or warn each hold by the days of its company."""
        for company, holds in self.grouped("company_id").items():
            holds.with_company(company)._expire_or_warn_in_company()

    def _expire_or_warn_in_company(self):
        expired, warned = self._get_expired()
        expired._end(END_EXPIRED)
        warned._warn()

    def _get_expired(self):
        """Return those of these holds that end, and those to warn of, in one company."""
        today = self._get_today()
        last = self._get_last_actions()
        expired, warned = self.browse(), self.browse()
        for reason, holds in self.grouped("reason_id").items():
            silent = self._get_cutoff(reason.silence_days)
            nearly = self._get_cutoff(max(reason.silence_days - reason.warn_days, 1))
            for hold in holds:
                quiet_since = last[hold]
                if (hold.date_until and hold.date_until < today) or (
                    silent and hold.case_id and quiet_since < silent
                ):
                    expired |= hold
                elif not hold.warned_at and (
                    (silent and hold.case_id and quiet_since < nearly)
                    or (
                        hold.date_until
                        and reason.warn_days
                        and hold.date_until <= self._get_day_ahead(reason.warn_days)
                    )
                ):
                    warned |= hold
        return expired, warned

    def _get_cutoff(self, days):
        """Return the start of the day since when so many working days have passed.

        :returns: naive UTC, or False when it never comes
        :raises WorkingTimeError: by a sentence, for a calendar without fixed hours
        """
        if not days:
            return False
        try:
            # Today is not over, so it counts as begun only.
            found = self._ask_working_time(
                lambda time, now: time.before_days(now, days)
            )
        except NoWorkingTime:
            return False
        zone = pytz.timezone(self.env.company.resource_calendar_id.tz or "UTC")
        day = pytz.utc.localize(found).astimezone(zone).date()
        start = zone.localize(datetime.combine(day, time.min))
        return start.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_day_ahead(self, days):
        """Return the day on which so many working days will have passed."""
        return self._ask_working_time(
            lambda time, now: time.after_days(now, days)
        ).date()

    def _ask_working_time(self, question):
        """Return what a question says of the company's working time around now."""
        now = self._get_now()
        company = self.env.company
        clock = company.resource_calendar_id._get_aftersales_clock(company, now - PAST)
        return clock.ask(lambda time: question(time, now))

    def _get_last_actions(self):
        """Return ``{hold: datetime}``: when one of us last did something about it."""
        cases = self.case_id
        # sudo: a setting. Before that day the log cannot tell silence from messages.
        listening = self.env["ir.config_parameter"].sudo().get_param(SAID_SINCE)
        earliest = fields.Datetime.to_datetime(listening or "1970-01-01")
        latest = defaultdict(lambda: earliest)
        own = Domain("actor_id.share", "=", False) & Domain(
            "actor_id.active", "=", True
        )
        # What was sent by itself is nobody's work.
        own &= Domain("kind", "!=", EVENT_REPLY) | Domain("reason", "=", False)
        events = self.env["aftersales.case.event"]._read_group(
            own & Domain("case_id", "in", cases.ids), ["case_id"], ["at:max"]
        )
        for case, at in events:
            latest[case.id] = max(latest[case.id], at)
        return {
            hold: max(
                latest[hold.case_id.id],
                hold._get_asked_at(),
                hold.approved_at or hold._get_asked_at(),
            )
            for hold in self
        }

    def _warn(self):
        """Tell the responsible and the team leader, once for each term."""
        self.warned_at = fields.Datetime.now()
        for case, holds in self.filtered("case_id").grouped("case_id").items():
            users = case.user_id | case.team_id.leader_id
            names = ", ".join(holds.move_id.mapped("name")) or case.partner_id.name
            case.message_notify(
                subject=self.env._("%s will be dunned again soon", names),
                body=self.env._(
                    "The hold on %(invoices)s ends soon, because nothing happens on case"
                    " %(case)s. Go on with the case, or renew the hold.",
                    invoices=names,
                    case=case.number,
                ),
                partner_ids=users.partner_id.ids,
            )
