from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import (
    ALERT_OVER,
    ALERT_SENT,
    ALERT_WAITING,
    BY_ACTIVITY,
    BY_SMS,
)
from ...engine.clock import PAUSED

# What stands still is told of when it goes on, and looked at as often.
STANDING = timedelta(minutes=15)
AFTER_FAILURE = timedelta(hours=1)


class AftersalesSlaAlert(models.Model):
    """The second step of escalation: the outbox is sent, one message for each person.

    A person's alerts are locked, told and marked in one transaction, so that a job that
    is killed loses and doubles nothing of them. What others work on just then is left.
    """

    _inherit = "aftersales.sla.alert"

    @api.model
    def _send_waiting(self):
        """Send what waits and may be told now.

        :returns: whether all was done before the time was up
        """
        now = fields.Datetime.now()
        domain = Domain("state", "=", ALERT_WAITING) & Domain("send_at", "<=", now)
        groups = self._read_group(domain, ["user_id", "case_id.company_id"])
        if not groups:
            return True
        plan = self._plan_receivers(groups)
        for (told, opening), receivers in plan.items():
            mine = domain & Domain.OR(
                Domain("user_id", "=", user.id)
                & Domain("case_id.company_id", "=", company.id)
                for user, company in receivers
            )
            alerts = self.search(mine, order="id")
            locked = alerts._lock_for_job()
            if opening > now:
                locked.write({"send_at": opening})
            else:
                locked._do_safely(
                    lambda some, told=told: some._send_to(told), task="send"
                )
            if not self.env["ir.cron"]._commit_progress(len(locked)):
                return False
        return True

    @api.model
    def _plan_receivers(self, groups):
        """Return whom alerts of receivers go to, and from when on.

        An absent one's go to his deputy, if that one is there. Each is told in his
        working hours.

        :param groups: list of (receiver, company)
        :returns: ``{(user, moment): [(receiver, company)]}``
        """
        now, plan, by_company = fields.Datetime.now(), {}, {}
        for user, company in groups:
            by_company.setdefault(company, self.env["res.users"])
            by_company[company] |= user
        for company, users in by_company.items():
            told = users._get_aftersales_stand_ins(company)
            people = self.env["res.users"].union(*told.values())
            openings = people._get_aftersales_openings(company, now)
            for user, whom in told.items():
                plan.setdefault((whom, openings[whom]), []).append((user, company))
        return plan

    # === Sending === #

    def _send_to(self, user):
        """Tell one person of these alerts, and mark them.

        Those that are over are not told. Those that stand still wait on, and so do cases
        that a deputy may not read.
        """
        now = fields.Datetime.now()
        self._replay_marked()
        clocks = self._find_clocks()
        over = self.filtered(lambda alert: not clocks[alert])
        standing = (self - over).filtered(lambda a: clocks[a].state == PAUSED)
        standing.write({"send_at": now + STANDING})
        rest = self - over - standing
        readable = rest.case_id._filter_readable_by(user)
        unread = rest.filtered(lambda alert: alert.case_id.id not in readable.ids)
        own = unread.filtered(lambda alert: alert.user_id != user)
        # Whoever may not read the case any more is told nothing of it.
        (over | (unread - own)).write({"state": ALERT_OVER, "sent_at": now})
        for receiver, alerts in own.grouped("user_id").items():
            alerts._send_to(receiver)
        chosen = (rest - unread).grouped(lambda alert: alert._choose_channel(user))
        for channel, alerts in chosen.items():
            alerts._send_by(channel, user, clocks)

    def _replay_marked(self):
        """Bring clocks up to date of which the policy or the hours changed meanwhile."""
        # sudo: the job's own work
        clocks = self.env["aftersales.sla.clock"].sudo()
        marked = clocks.search(
            [("case_id", "in", self.case_id.ids), ("is_marked", "=", True)]
        )
        if marked:
            marked.case_id._replay_marked()

    def _find_clocks(self):
        """Return ``{alert: clock}`` that counts now for what each is about.

        The clock of another target where that took the place; none where it is over.
        """
        # sudo: the job's own work
        Clock = self.env["aftersales.sla.clock"].sudo()
        open_clocks = Clock.search(
            Domain("case_id", "in", self.case_id.ids) & Clock._get_open_domain()
        )
        exact = {(c.case_id, c.target_id, c.cycle): c for c in open_clocks}
        alike = {
            (c.case_id, c.target_id._get_alert_key(), c.cycle): c for c in open_clocks
        }
        return {
            alert: exact.get((alert.case_id, alert.target_id, alert.cycle))
            or alike.get((alert.case_id, alert.what, alert.cycle))
            or Clock
            for alert in self
        }

    def _choose_channel(self, user):
        """Return the first channel of an alert that is there for a person."""
        self.ensure_one()
        for channel in (self.channels or "").split(","):
            if user._has_aftersales_channel(channel):
                return channel
        return BY_ACTIVITY

    def _send_by(self, channel, user, clocks):
        """Tell a person of these alerts by one channel, in one message."""
        company = self[:1].case_id.company_id
        zone = user.tz or company.partner_id.tz or "UTC"
        told = self.with_context(lang=user.lang, tz=zone).with_company(company)
        subject, lines = told._prepare_message(clocks)
        message = self.env["mail.message"]
        if channel == BY_SMS:
            told._send_sms(user, subject, lines)
        elif channel == BY_ACTIVITY:
            told._plan_reading(user, clocks)
        else:
            body = told._render_message(lines)
            notice = told.env["aftersales.sla.notice"]
            message = notice._notify_one(user, channel, subject, body)
        self.write(
            {
                "state": ALERT_SENT,
                "sent_at": fields.Datetime.now(),
                "told_user_id": user.id,
                "channel": channel,
                "message_id": message.id,
                "error": False,
            }
        )

    def _get_failure_records(self):
        return self.case_id

    def _note_failure(self, error, task=""):
        later = fields.Datetime.now() + AFTER_FAILURE
        self.write({"error": str(error), "send_at": later})
        return super()._note_failure(error, task)
