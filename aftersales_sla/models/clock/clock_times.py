"""What many clocks are counted by, looked up once for all that are alike."""

from datetime import timedelta

from odoo import fields


class ClockTimes:
    """The working hours and rules of the clocks of some cases.

    Of calendar and company it returns their ``WorkClock``.
    """

    def __init__(self, replayed, choose=None):
        """Look back as far as the clocks of cases may begin.

        :param replayed: ``Replayed`` list
        :param choose: function of a calendar: by which one it is counted instead
        """
        starts = [one.story.reported_at for one in replayed]
        starts += [one.told[0].at for one in replayed if one.told]
        # The whole of the first day is told by the table that explains a clock.
        self._first = min(starts, default=fields.Datetime.now()) - timedelta(days=1)
        self._choose = choose
        self._clocks, self._rules = {}, {}

    def __call__(self, calendar, company):
        key = calendar, company
        if key not in self._clocks:
            chosen = self._choose(calendar) if self._choose else calendar
            self._clocks[key] = chosen._get_aftersales_clock(company, self._first)
        return self._clocks[key]

    def get_rule(self, target, replayed):
        """Return the ``Rule`` by which a target counts for a case, and for those like it."""
        key = target.id, replayed.key
        if key not in self._rules:
            self._rules[key] = target._prepare_rule(replayed, self)
        return self._rules[key]
