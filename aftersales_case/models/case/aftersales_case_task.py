from odoo import api, fields, models

from odoo.addons.project.models.project_task import CLOSED_STATES


class AftersalesCase(models.Model):
    """Work on a case that is planned as tasks of its project."""

    _inherit = "aftersales.case"

    task_ids = fields.One2many("project.task", "aftersales_case_id", "Tasks")
    task_count = fields.Integer("Tasks in All", compute="_compute_task_counts")
    open_task_count = fields.Integer(compute="_compute_task_counts")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_task_counts(self):
        total, unfinished = {}, {}
        rows = self._read_group_linked("project.task", "aftersales_case_id", "state")
        for case, state, count in rows:
            total[case.id] = total.get(case.id, 0) + count
            if state not in CLOSED_STATES:
                unfinished[case.id] = unfinished.get(case.id, 0) + count
        for case in self:
            case.task_count = total.get(case.id, 0)
            case.open_task_count = unfinished.get(case.id, 0)

    def action_view_tasks(self):
        """Open the tasks of this case; a new one belongs to the case's project."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tasks of %s", self.number),
            "res_model": "project.task",
            "view_mode": "list,kanban,form,calendar",
            "domain": [("aftersales_case_id", "=", self.id)],
            "context": {
                "default_aftersales_case_id": self.id,
                "default_project_id": self._get_task_project().id,
                "default_partner_id": self.partner_id.id,
                "default_name": self.display_name,
            },
        }

    def _get_task_project(self):
        """Hook: return the project in which new tasks of this case are planned."""
        self.ensure_one()
        return self.project_id

    def _move_parts_to(self, target):
        self.task_ids.write({"aftersales_case_id": target.id})
        return super()._move_parts_to(target)
