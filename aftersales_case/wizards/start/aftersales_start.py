from odoo import api, fields, models
from odoo.fields import Command

MANAGER = "aftersales_case.group_aftersales_manager"


class AftersalesStart(models.TransientModel):
    """First steps: what is set up, what is missing, and one click to each."""

    _name = "aftersales.start"
    _description = "First Steps"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    step_ids = fields.One2many("aftersales.start.step", "start_id", readonly=True)
    step_count = fields.Integer(compute="_compute_counts")
    done_count = fields.Integer(compute="_compute_counts")
    is_hidden = fields.Boolean(related="company_id.aftersales_start_hidden")

    @api.depends("step_ids.is_done")
    def _compute_counts(self):
        for start in self:
            start.step_count = len(start.step_ids)
            start.done_count = len(start.step_ids.filtered("is_done"))

    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("First Steps")

    def action_open(self):
        """Look at what is set up by now, and show it.

        :returns: an action
        :raises AccessError: for who is no manager
        """
        start = self.create(
            {
                "step_ids": [
                    Command.create(
                        {
                            "key": step.key,
                            "name": step.name,
                            "text": step.text,
                            "is_done": step.is_done,
                            "can_open": bool(step.action),
                        }
                    )
                    for step in self._get_steps()
                ]
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("First Steps"),
            "res_model": self._name,
            "res_id": start.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    @api.model
    def get_progress(self):
        """Return how far the company is set up, for the overview of a manager.

        :returns: ``{"done": how many steps, "count": of how many}``; None for others, and
            while it is hidden
        """
        if not self.env.user.has_group(MANAGER):
            return None
        if self.env.company.aftersales_start_hidden:
            return None
        done = [step.is_done for step in self._get_steps()]
        return {"done": sum(done), "count": len(done)}

    def action_hide(self):
        """Show it on the overview no more; it stays under Configuration.

        :raises AccessError: for who is no manager
        """
        return self._set_hidden(True)

    def action_show(self):
        """Show it on the overview again.

        :raises AccessError: for who is no manager
        """
        return self._set_hidden(False)

    def _set_hidden(self, is_hidden):
        self.check_access("create")
        # sudo: managers of after-sales write no companies
        self.env.company.sudo().aftersales_start_hidden = is_hidden
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _get_steps(self):
        return self.env.company._get_setup_steps()
