from odoo import fields, models


class AftersalesVisitSkill(models.Model):
    """What at least one of the crew has to know."""

    _name = "aftersales.visit.skill"
    _description = "Skill for a Visit"
    _inherit = [
        "aftersales.staying.mixin",
        "aftersales.case.part",
        "aftersales.skill.need",
    ]
    _place = "visit_id"
    _order = "visit_id, skill_id"
    _rec_name = "skill_id"

    visit_id = fields.Many2one(
        "aftersales.visit", required=True, ondelete="cascade", index=True
    )
    case_id = fields.Many2one(related="visit_id.case_id", store=True, index=True)

    _once = models.Constraint(
        "UNIQUE(visit_id, skill_id)", "Skills: each skill is asked for once."
    )
