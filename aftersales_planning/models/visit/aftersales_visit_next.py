from odoo import models
from odoo.fields import Command

from ...const import FAILED


class AftersalesVisit(models.Model):
    """A visit that failed is followed by another one."""

    _inherit = "aftersales.visit"

    def action_fail(self):
        """Ask why these visits failed.

        :returns: an action that opens the dialog
        """
        self._ensure_can_report()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Went Wrong?"),
            "res_model": "aftersales.visit.fail",
            "view_mode": "form",
            "target": "new",
            "context": {"default_visit_ids": self.ids},
        }

    def _plan_again(self):
        """Return new visits to plan, that follow failed ones.

        A visit is followed once: asked again, those that are there are returned.
        """
        failed = self.filtered(lambda one: one.state == FAILED)
        # sudo: the crew asks for a further visit, which the planner plans
        followed = self.sudo().search([("previous_id", "in", failed.ids)])
        again = failed - followed.previous_id
        # sudo: as above
        new = self.sudo().create([visit._prepare_again_vals() for visit in again])
        return (followed | new).with_env(self.env)

    def _prepare_again_vals(self):
        """Hook: return the values of the visit that follows this failed one."""
        self.ensure_one()
        names = ("case_id", "site_id", "region_id")
        plain = ("place", "duration", "note", "parts_state", "parts_note")
        return {
            **{name: self[name].id for name in names},
            **{name: self[name] for name in plain},
            "previous_id": self.id,
            "wish_id": self.lead_id.id,
            "skill_ids": [
                Command.create(need._prepare_copy()) for need in self.skill_ids
            ],
        }
