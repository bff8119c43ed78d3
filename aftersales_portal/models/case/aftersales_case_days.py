from datetime import timedelta

from odoo import fields, models

from odoo.addons.aftersales_case.engine.working_time import WorkingTimeError


class AftersalesCase(models.Model):
    """Working days of cases: by the calendar of the team, as all time of a case."""

    _inherit = "aftersales.case"

    def _get_day_clocks(self, starts):
        """Return ``{result of _get_work_key: WorkClock}``, each from the first moment on.

        :param starts: ``{case: moment from which its days count}``
        """
        firsts = {}
        for case, start in starts.items():
            key = case._get_work_key()
            firsts[key] = min(start, firsts.get(key, start))
        return {
            (calendar, company): calendar._get_aftersales_clock(company, start)
            for (calendar, company), start in firsts.items()
        }

    def _get_days_ahead(self, days):
        """Return ``{case: when so many working days from now have passed}``.

        Where no clock can run by a calendar all days count: that a customer is asked
        does not depend on it.
        """
        now = fields.Datetime.now()
        clocks = self._get_day_clocks(dict.fromkeys(self, now))
        ahead = {}
        for case in self:
            try:
                ahead[case] = clocks[case._get_work_key()].ask(
                    lambda time: time.after_days(now, days)
                )
            except WorkingTimeError:
                ahead[case] = now + timedelta(days=days)
        return ahead
