from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import models


class CreditControlPolicyLevel(models.Model):
    """When a reminder has its turn again, and which of several speaks for all."""

    _inherit = "credit.control.policy.level"

    def _get_day_of(self, due_on):
        """Return the first day of this reminder about what got a new due date."""
        self.ensure_one()
        day = due_on + timedelta(days=self.delay_days)
        if self.computation_mode == "end_of_month":
            day += relativedelta(day=31)
        return max(day, due_on)

    def _get_highest(self):
        """Return the level that speaks for all of these: of equals the first made."""
        return self.sorted(lambda level: (-level.level, level.id))[:1]
