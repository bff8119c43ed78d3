from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import models


class CreditControlPolicyLevel(models.Model):
    _inherit = "credit.control.policy.level"

    def _get_turn(self, line, reached):
        """Return the first day on which an open instalment gets this reminder.

        :param reached: the reminder before, or None
        :returns: date, or None for a rule that is not known here, and for a day beyond
            the calendar
        """
        try:
            return self._add_delay(line, reached)
        except OverflowError:
            return None

    def _add_delay(self, line, reached):
        self.ensure_one()
        delay = timedelta(days=self.delay_days)
        due = line.date_maturity
        if self.computation_mode == "net_days" and due:
            day = due + delay
        elif self.computation_mode == "end_of_month" and due:
            day = due + delay + relativedelta(day=31)
        elif self.computation_mode == "previous_date" and reached:
            day = reached.date + delay
        else:
            return None
        return max(day, due) if due else day
