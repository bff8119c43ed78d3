from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AftersalesSkillNeed(models.AbstractModel):
    """A skill that some work asks for, with the least level of it."""

    _name = "aftersales.skill.need"
    _description = "Skill That Work Needs"

    skill_id = fields.Many2one(
        "hr.skill", required=True, ondelete="restrict", index=True
    )
    skill_type_id = fields.Many2one(related="skill_id.skill_type_id")
    level_id = fields.Many2one(
        "hr.skill.level",
        "At Least",
        domain="[('skill_type_id', '=', skill_type_id)]",
        ondelete="restrict",
        help="Empty: any level.",
    )

    @api.constrains("skill_id", "level_id")
    def _check_level(self):
        for need in self:
            if need.level_id and need.level_id.skill_type_id != need.skill_type_id:
                raise ValidationError(
                    self.env._(
                        "At Least: %(level)s is no level of %(skill)s.",
                        level=need.level_id.name,
                        skill=need.skill_id.name,
                    )
                )

    def _prepare_copy(self):
        """Return the values of the same need for other work."""
        self.ensure_one()
        return {"skill_id": self.skill_id.id, "level_id": self.level_id.id}
