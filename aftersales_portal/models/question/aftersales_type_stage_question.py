from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AftersalesTypeStage(models.Model):
    """A stage asks the customer something when a case enters it."""

    _inherit = "aftersales.type.stage"

    question_id = fields.Many2one(
        "aftersales.question",
        "Asks the Customer",
        domain="[('type_id', '=', type_id)]",
        copy=False,
        ondelete="set null",
        help="Sent when a case enters this stage, unless the field that it fills is"
        " answered already.",
    )

    @api.constrains("question_id", "type_id")
    def _check_question_id(self):
        for link in self:
            if link.question_id and link.question_id.type_id != link.type_id:
                raise ValidationError(
                    self.env._(
                        "Asks the Customer: “%(question)s” is no question of type"
                        " %(type)s.",
                        question=link.question_id.name,
                        type=link.type_id.name,
                    )
                )
