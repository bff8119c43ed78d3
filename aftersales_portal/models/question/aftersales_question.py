from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.aftersales_case.const import MOST_DAYS

ASK_CHOICE, ASK_TEXT, ASK_FILES = "choice", "text", "files"
ASKED_KINDS = [
    (ASK_CHOICE, "One of the answers"),
    (ASK_TEXT, "A short text"),
    (ASK_FILES, "Files"),
]
MOST_REMINDERS = 10


class AftersalesQuestion(models.Model):
    """What customers are asked about a case, and what follows from each answer.

    Managers write those of a type; an agent's own question is of his case.
    """

    _name = "aftersales.question"
    _description = "Question to Customers"
    _inherit = ["aftersales.case.part", "aftersales.bounded.mixin"]
    _order = "type_id, sequence, id"

    _bounds = {
        "valid_days": (1, MOST_DAYS),
        "remind_days": (0, MOST_DAYS),
        "reminders": (0, MOST_REMINDERS),
    }

    name = fields.Char(
        "Question", required=True, translate=True, help="What the customer reads."
    )
    explanation = fields.Text(
        translate=True, help="Stands under the question, where it needs one."
    )
    short_text = fields.Char(
        "As a Text Message",
        translate=True,
        help="For a phone: the link is added. Empty means the question.",
    )
    type_id = fields.Many2one(
        "aftersales.case.type", ondelete="cascade", index="btree_not_null"
    )
    # A question that an agent asked once.
    case_id = fields.Many2one(
        "aftersales.case",
        readonly=True,
        copy=False,
        ondelete="cascade",
        index="btree_not_null",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        ASKED_KINDS, "Answered By", required=True, default=ASK_CHOICE
    )
    answer_ids = fields.One2many(
        "aftersales.question.answer", "question_id", "Answers", copy=True
    )
    key = fields.Selection(
        selection=lambda self: self.env["aftersales.field.rule"]._get_keys(),
        string="Fills In",
        help="The field of the case that the answer is written to.",
    )
    type_keys = fields.Json(compute="_compute_type_keys")
    attachment_kind_id = fields.Many2one(
        "aftersales.attachment.kind",
        "Kind of File",
        ondelete="restrict",
        help="What the files are that the customer sends; gates count them.",
    )
    stage_id = fields.Many2one(
        "aftersales.case.stage",
        "Goes To",
        ondelete="restrict",
        domain="[('link_ids.type_id', '=', type_id)]",
        help="Where an answered case goes, as far as that stage lets it.",
    )
    team_id = fields.Many2one(
        "aftersales.team",
        "Alerts",
        ondelete="restrict",
        help="The team that has something to do when the customer has answered.",
    )
    # In working days of the case's team.
    valid_days = fields.Integer("Open For (Working Days)", default=10)
    remind_days = fields.Integer(
        "Remind After (Working Days)", default=3, help="0 means never."
    )
    reminders = fields.Integer(default=1, help="How often at most.")

    _valid_positive = models.Constraint(
        "CHECK(valid_days > 0)", "Open For (Working Days): at least one."
    )

    @api.depends("type_id")
    def _compute_type_keys(self):
        for question in self:
            case_type = question.type_id
            question.type_keys = sorted(case_type._get_filled()) if case_type else []

    @api.constrains("kind", "answer_ids")
    def _check_answers(self):
        for question in self:
            if question.kind == ASK_CHOICE and not question.answer_ids:
                raise ValidationError(
                    self.env._(
                        "Answers: “%s” needs at least one answer to choose.",
                        question.name,
                    )
                )

    @api.constrains("key", "type_id", "kind", "answer_ids")
    def _check_key(self):
        for question in self.filtered("key"):
            found = question.type_id and question.type_id._get_filled()
            if not found or question.key not in found:
                raise ValidationError(
                    self.env._(
                        "Fills In: no answer of a customer is written to this field."
                        " Choose another one of the type.",
                    )
                )
            if question.kind == ASK_CHOICE:
                question.answer_ids._check_value()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        # sudo: it may have been asked on any case
        asked = self.env["aftersales.question.asked"].sudo()
        found = asked.search([("question_id", "in", self.ids)], limit=1)
        if found:
            raise UserError(
                self.env._(
                    "“%s” cannot be deleted: a customer was asked it. Archive it instead.",
                    found.question_id.name,
                )
            )

    def _get_stage(self, answer):
        """Return where an answered case goes; none means nowhere."""
        return answer.stage_id or self.stage_id

    def _get_team(self, answer):
        return answer.team_id or self.team_id

    def _get_field(self, case_type):
        """Return ``(kind, [(key, label)])`` of the field that an answer fills.

        None where customers answer no such field of a type: not any more, or because
        the case has become of another one.
        """
        # sudo: what a field is called is no secret
        return case_type.sudo()._get_filled().get(self.key)
