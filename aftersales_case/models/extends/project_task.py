from odoo import api, fields, models


class ProjectTask(models.Model):
    _inherit = "project.task"

    aftersales_case_id = fields.Many2one(
        "aftersales.case",
        "Case",
        index="btree_not_null",
        ondelete="restrict",
        help="The after-sales case that this task helps to settle.",
    )

    @api.constrains("aftersales_case_id")
    def _check_aftersales_case(self):
        """Guard: a task is tied to a case by who may read the case.

        :raises AccessError: from the rules of the case
        """
        by_system = self.env.user._is_superuser()
        # sudo: off, since core makes tasks with it; the system itself may tie any
        cases = self.aftersales_case_id.sudo(by_system)
        # Of none, the model is asked: a portal user's task has nothing to do with it.
        if cases:
            cases.check_access("read")
