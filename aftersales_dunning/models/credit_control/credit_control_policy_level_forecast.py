from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models


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

    def _get_day_of(self, due_on):
        """Return the first day of this reminder about what got a new due date.

        That is the last of the calendar where it would be beyond that.
        """
        try:
            # No reminder is the one before: then the delay counts from that date.
            day = self._add_delay(due_on, None)
            return day or max(due_on, due_on + timedelta(days=self.delay_days))
        except OverflowError:
            return date.max

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

    def _get_level_move_lines(self, controlling_date, lines):
        """After a new due date the next reminder keeps its delay as after any other."""
        if self.computation_mode == "previous_date" and lines:
            # sudo: only left out; who runs it need not read the dates of invoices
            lines -= lines.sudo().search(
                [
                    ("id", "in", lines.ids),
                    ("move_id.dunning_due_original", "!=", False),
                    ("date_maturity", ">", self._get_last_due(controlling_date)),
                ]
            )
        return super()._get_level_move_lines(controlling_date, lines)

    def _get_last_due(self, day):
        """Return the latest due date whose delay is over on a day."""
        return fields.Date.to_date(day) - timedelta(days=self.delay_days)
