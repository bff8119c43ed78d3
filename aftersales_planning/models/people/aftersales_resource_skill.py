from odoo import fields, models


class AftersalesResourceSkill(models.Model):
    """What a subcontractor can do; employees have skills of their own in Odoo."""

    _name = "aftersales.resource.skill"
    _description = "Skill of a Subcontractor"
    _inherit = ["aftersales.staying.mixin"]
    _place = "resource_id"
    _order = "resource_id, skill_id"
    _rec_name = "skill_id"

    resource_id = fields.Many2one(
        "resource.resource", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="resource_id.company_id")
    skill_id = fields.Many2one(
        "hr.skill", required=True, ondelete="restrict", index=True
    )
    skill_type_id = fields.Many2one(related="skill_id.skill_type_id")
    level_id = fields.Many2one(
        "hr.skill.level",
        domain="[('skill_type_id', '=', skill_type_id)]",
        ondelete="restrict",
    )
    valid_from = fields.Date("From")
    valid_to = fields.Date("Until")

    _span = models.Constraint(
        "CHECK(valid_to >= valid_from)",
        "Until: choose a day that is not before “From”.",
    )
