from odoo import fields, models


class HrSkill(models.Model):
    _inherit = "hr.skill"

    needs_confirmation = fields.Boolean(
        "Must Be Confirmed",
        help="Counts for visits only when a leader or Human Resources wrote it down or"
        " confirmed it. Odoo lets everybody give himself any skill.",
    )
