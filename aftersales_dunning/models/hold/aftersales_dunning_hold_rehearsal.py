from contextlib import closing, contextmanager
from datetime import datetime, timedelta

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.aftersales_case.engine.private import get_private

from ...const import END_EXPIRED, HOLD_ACTIVE, SCOPE_CUSTOMER
from ...engine.private import RehearsedDay


class AftersalesDunningHold(models.Model):
    """What the jobs will have done until a day: tried, looked at, and undone.

    Holds that end by then end by their own code, so whoever asks about that day reads
    what the run will find if nothing else happens in between.
    """

    _inherit = "aftersales.dunning.hold"

    def _get_today(self):
        """Return the day on which something happens to holds: today, or a rehearsed one."""
        rehearsed = self._get_rehearsed_day()
        return rehearsed.day if rehearsed else fields.Date.context_today(self)

    def _get_now(self):
        """Return the time of that, in UTC: at which the job runs on a rehearsed day."""
        now = fields.Datetime.now()
        rehearsed = self._get_rehearsed_day()
        if not rehearsed:
            return now
        job = self.env.ref("aftersales_dunning.cron_expire_holds", False)
        at = job.sudo().nextcall if job else now  # sudo: when it runs is no secret
        return datetime.combine(rehearsed.day, at.time())

    def _get_rehearsed_day(self):
        return get_private(self.env.context, "dunning_day", RehearsedDay)

    @contextmanager
    def _rehearsed(self, day, domain):
        """Let a block look at what the jobs will have done until a day.

        :param day: today or later; today a run lets parts come back before the job does
        :param domain: of the holds that matter
        """
        holds = self._get_rehearsed_holds(day, domain)
        if not holds:
            yield
            return
        with closing(self.env.cr.savepoint()):
            holds._rehearse(day)
            self.env.flush_all()
            yield

    def _get_rehearsed_holds(self, day, domain):
        """Return the holds to which something happens by itself until a day."""
        # sudo: what happens does so whoever asks
        holds = self.sudo()
        today = fields.Date.context_today(self)
        if day < today:
            return holds.browse()
        waiting = holds.search(domain & holds._get_due_parts_domain(day))
        if day == today:
            return waiting
        running = holds.search(
            domain
            & self._get_expiring_domain()
            & (
                Domain("date_until", "<", day)
                | (
                    Domain("case_id", "!=", False)
                    & Domain("reason_id.silence_days", ">", 0)
                )
            )
        )
        on_that_day = running.with_context(dunning_day=RehearsedDay(day))
        expired = holds.browse()
        for company, own in on_that_day.grouped("company_id").items():
            expired |= own.with_company(company)._get_expired()[0].with_env(holds.env)
        return waiting | expired

    def _rehearse(self, day):
        """Do what the jobs will do to these holds until a day, one day after the other."""
        today = fields.Date.context_today(self)
        for offset in range((day - today).days + 1):
            then = today + timedelta(days=offset)
            holds = self.with_context(
                dunning_day=RehearsedDay(then), tracking_disable=True
            )
            holds.filtered_domain(self._get_due_parts_domain(then))._resume_parts()
            if then == today:
                continue
            running = holds.filtered_domain(self._get_expiring_domain())
            for company, own in running.grouped("company_id").items():
                own = own.with_company(company)
                own._get_expired()[0]._end(END_EXPIRED)

    def _get_expiring_domain(self):
        """Return the domain of the holds that silence or their last day ends."""
        return Domain("state", "=", HOLD_ACTIVE) & Domain("part_state", "=", False)

    def _get_domain_on(self, moves):
        """Return the domain of the holds that may be about these invoices."""
        return Domain("move_id", "in", moves.ids) | (
            Domain("scope", "=", SCOPE_CUSTOMER)
            & Domain("company_id", "parent_of", moves.company_id.ids)
        )
