from odoo import models


class AftersalesSlaPolicy(models.Model):
    """Penalties that name a policy follow it into its next version."""

    _inherit = "aftersales.sla.policy"

    def _change_from(self, day, is_moved_over):
        made = super()._change_from(day, is_moved_over)
        # sudo: what follows from an allowed change
        for penalty in self.sudo().agreement_id.sla_penalty_ids:
            penalty._follow_copy(penalty, self.sudo(), made.sudo())
        return made
