from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import answers
from ...engine.answers import AnswerError


class AftersalesQuestionAnswer(models.Model):
    """What a customer may choose, and what follows from it."""

    _name = "aftersales.question.answer"
    _description = "Answer to a Question"
    _inherit = "aftersales.case.part"
    _order = "question_id, sequence, id"

    question_id = fields.Many2one(
        "aftersales.question", required=True, ondelete="cascade", index=True
    )
    # Those of an agent's own question are read by who reads the case.
    case_id = fields.Many2one(related="question_id.case_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Answer", required=True, translate=True)
    value = fields.Char(
        help="What is written to the field, as it is kept: the key of a selection, yes"
        " or no, a number. Empty means that nothing is written.",
    )
    stage_id = fields.Many2one(
        "aftersales.case.stage",
        "Goes To",
        ondelete="restrict",
        domain="[('link_ids.type_id', '=', parent.type_id)]",
        help="Empty means where the question says.",
    )
    team_id = fields.Many2one(
        "aftersales.team",
        "Alerts",
        ondelete="restrict",
        help="Empty means whom the question says.",
    )

    @api.constrains("value", "question_id")
    def _check_value(self):
        for answer in self:
            question = answer.question_id
            found = answer.value and question._get_field(question.type_id)
            if not found:
                continue
            kind, options = found
            try:
                answers.read(kind, answer.value, [key for key, _label in options])
            except AnswerError as error:
                known = ", ".join(key for key, _label in options)
                raise ValidationError(
                    self.env._(
                        "Value: %(value)s cannot be written to the field. Possible:"
                        " %(known)s.",
                        value=answer.value,
                        known=known or kind,
                    )
                ) from error
