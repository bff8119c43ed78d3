from odoo import models


class CreditControlPolicyLevel(models.Model):
    """Which of several reminders speaks for all."""

    _inherit = "credit.control.policy.level"

    def _get_highest(self):
        """Return the level that speaks for all of these: of equals the first made."""
        return self.sorted(lambda level: (-level.level, level.id))[:1]
