from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_case.const import CHANNEL_PHONE

from ..models.question.aftersales_question import ASK_CHOICE


class AftersalesQuestionReply(models.TransientModel):
    """Enters what a customer answered by phone."""

    _name = "aftersales.question.reply"
    _description = "Enter an Answer"

    asked_id = fields.Many2one("aftersales.question.asked", required=True)
    # Which one is said by the caller: he reads of it what he may.
    question_id = fields.Many2one(related="asked_id.question_id", related_sudo=False)
    kind = fields.Selection(related="asked_id.kind", related_sudo=False)
    answer_id = fields.Many2one(
        "aftersales.question.answer",
        domain="[('question_id', '=', question_id)]",
    )
    text = fields.Text("What Was Said")

    def action_answer(self):
        """Take the answer as the customer's, under one's own name."""
        self.ensure_one()
        asked, chosen = self.asked_id, self.answer_id
        asked.case_id.check_access("write")
        if chosen and chosen.question_id != asked.question_id:
            raise UserError(self.env._("Answer: choose one of this question."))
        if self.kind == ASK_CHOICE and not chosen:
            raise UserError(self.env._("Answer: choose what the customer said."))
        if not chosen and not (self.text or "").strip():
            raise UserError(self.env._("What Was Said: write it down."))
        case = asked.case_id
        asked._lock()
        # Who else is informed does not matter here.
        partner = case._get_customer_partners()[:1]
        asked._answer(chosen, self.text or "", [], partner, CHANNEL_PHONE)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
