from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import models

AFTER_NEW_DUE = """ AND NOT EXISTS (
    SELECT FROM account_move AS moved
     WHERE moved.id = mv_line.move_id AND moved.dunning_due_moved IS NOT NULL
       AND (mv_line.date_maturity + %(delay)s)::date > date(%(controlling_date)s))
"""


class CreditControlPolicyLevel(models.Model):
    _inherit = "credit.control.policy.level"

    def _get_turn(self, line, reached):
        """Return the first day on which an open instalment gets this reminder.

        :param reached: the reminder before, or None
        :returns: date, or None for a rule that is not known here, and for a day beyond
            the calendar
        """
        due = line.date_maturity
        try:
            day = self._add_delay(due, reached)
            if day and due and line.move_id.dunning_due_moved:
                day = max(day, due + timedelta(days=self.delay_days))
        except OverflowError:
            return None
        return day

    def _get_turn_of(self, due, reached):
        """As ``_get_turn``, of what is due on a day."""
        try:
            return self._add_delay(due, reached)
        except OverflowError:
            return None

    def _add_delay(self, due, reached):
        self.ensure_one()
        delay = timedelta(days=self.delay_days)
        if self.computation_mode == "net_days" and due:
            day = due + delay
        elif self.computation_mode == "end_of_month" and due:
            day = due + delay + relativedelta(day=31)
        elif self.computation_mode == "previous_date" and reached:
            day = reached.date + delay
        else:
            return None
        return max(day, due) if due else day

    def _get_sql_date_boundary_for_computation_mode(self):
        """After a new due date the next reminder keeps its delay as after any other."""
        boundary = super()._get_sql_date_boundary_for_computation_mode()
        if self.computation_mode == "previous_date":
            boundary += AFTER_NEW_DUE
        return boundary
