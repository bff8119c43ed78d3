from odoo import models
from odoo.fields import Domain

from odoo.addons.aftersales_case.engine.private import get_private

from ...engine.private import OnlyItems


class CreditControlPolicy(models.Model):
    """A policy that can be asked about some open items, not only about all."""

    _inherit = "credit.control.policy"

    def _move_lines_domain(self, credit_control_run):
        """Keep to the open items that the context names, if it names any."""
        domain = super()._move_lines_domain(credit_control_run)
        line_ids = get_private(self.env.context, "dunning_line_ids", OnlyItems)
        if line_ids is None:
            return domain
        return list(Domain(domain) & Domain("id", "in", line_ids))

    def _get_next_level(self, reached):
        """Return the level that follows a reminder, or the first; empty after the last.

        :param reached: ``credit.control.line`` or None
        """
        levels = self.level_ids.sorted("level")
        if reached:
            levels = levels.filtered(lambda level: level.level > reached.level)
        return levels[:1]
