from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.question.aftersales_question import ASK_CHOICE, ASKED_KINDS


class AftersalesQuestionAsk(models.TransientModel):
    """Asks the customer of a case one of its type's questions, or one of one's own."""

    _name = "aftersales.question.ask"
    _description = "Ask the Customer"

    case_id = fields.Many2one("aftersales.case", required=True)
    # The case is named by the caller: he reads of it what he may.
    type_id = fields.Many2one(related="case_id.type_id", related_sudo=False)
    email = fields.Char("To", compute="_compute_email")
    question_id = fields.Many2one(
        "aftersales.question",
        domain="[('type_id', '=', type_id)]",
        help="Empty means one of your own.",
    )
    name = fields.Char("Your Question")
    kind = fields.Selection(
        ASKED_KINDS, "Answered By", required=True, default=ASK_CHOICE
    )
    labels = fields.Text("Answers", help="One in each line.")
    attachment_kind_id = fields.Many2one("aftersales.attachment.kind", "Kind of File")

    @api.depends("case_id")
    def _compute_email(self):
        for wizard in self:
            case = wizard.case_id
            seen = case._has_field_access(case._fields["email"], "read")
            wizard.email = seen and case.email

    def action_ask(self):
        """Ask, by mail."""
        self.ensure_one()
        case = self.case_id
        case.check_access("write")
        # sudo: whether it can be mailed, by who may not see the address
        if not case.sudo().email:
            raise UserError(
                self.env._("To: this case has no e-mail address of the customer.")
            )
        question = self.question_id or self._make_question()
        if question.case_id != case and question.type_id != case.type_id:
            raise UserError(
                self.env._("Question: choose one of the type of this case.")
            )
        case._ensure_can_send_questions()
        reload = {"type": "ir.actions.client", "tag": "soft_reload"}
        if case._ask(question):
            case._send_questions()
            return reload
        # A colleague did meanwhile: his is shown.
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "The customer was asked this already and can still answer."
                ),
                "next": reload,
            },
        }

    def _make_question(self):
        """Return a question of this case alone, with sudo."""
        if not (self.name or "").strip():
            raise UserError(self.env._("Your Question: write what you want to know."))
        labels = [line.strip() for line in (self.labels or "").splitlines()]
        is_choice = self.kind == ASK_CHOICE
        # sudo: agents write no questions of types; this one is of the case they work on
        return (
            self.env["aftersales.question"]
            .sudo()
            .create(
                {
                    "case_id": self.case_id.id,
                    "name": self.name.strip(),
                    "kind": self.kind,
                    "attachment_kind_id": self.attachment_kind_id.id,
                    "answer_ids": [
                        Command.create({"name": label, "sequence": number})
                        for number, label in enumerate(filter(None, labels))
                        if is_choice
                    ],
                }
            )
        )
