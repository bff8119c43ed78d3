from odoo import fields, models


class ProjectTask(models.Model):
    _inherit = "project.task"

    aftersales_case_id = fields.Many2one(
        "aftersales.case",
        "Case",
        index="btree_not_null",
        ondelete="restrict",
        help="The after-sales case that this task helps to settle.",
    )
