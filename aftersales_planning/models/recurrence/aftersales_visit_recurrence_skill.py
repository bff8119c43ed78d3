from odoo import fields, models


class AftersalesVisitRecurrenceSkill(models.Model):
    """What at least one of the crew of recurring visits has to know."""

    _name = "aftersales.visit.recurrence.skill"
    _description = "Skill for Recurring Visits"
    _inherit = ["aftersales.staying.mixin", "aftersales.skill.need"]
    _place = "recurrence_id"
    _order = "recurrence_id, skill_id"
    _rec_name = "skill_id"

    recurrence_id = fields.Many2one(
        "aftersales.visit.recurrence", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="recurrence_id.company_id", store=True)

    _once = models.Constraint(
        "UNIQUE(recurrence_id, skill_id)", "Skills: each skill is asked for once."
    )
