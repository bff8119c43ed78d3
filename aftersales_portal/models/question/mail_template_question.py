from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.private import LETTER_KEY, Letter
from .aftersales_case_question_letter import PLACEHOLDER


class MailTemplate(models.Model):
    """Messages about cases that bring questions, and such as ask some by themselves."""

    _inherit = "mail.template"

    aftersales_question_ids = fields.Many2many(
        "aftersales.question",
        "aftersales_question_mail_template_rel",
        string="Asks the Customer",
        domain=[("type_id", "!=", False)],
        help="Asked when this message is sent about a case of their type, unless the"
        " answer is known.",
    )

    @api.constrains("aftersales_question_ids", "body_html", "model_id")
    def _check_names_questions(self):
        # sudo: what stands in a message is no secret to who edits it
        for template in self.sudo():
            if template.aftersales_question_ids and not template._names_questions():
                raise ValidationError(
                    self.env._(
                        "Asks the Customer: put “Open Questions, with Links” into the"
                        " message, where the questions shall stand."
                    )
                )

    def _names_questions(self):
        """Say whether this message brings the open questions by itself."""
        # sudo: what stands in a message is no secret to who sends it
        return f"object.{PLACEHOLDER}" in (self.sudo().body_html or "")

    def _with_letter(self, renderer):
        """Return who renders this message, with what it asks in the context."""
        # sudo: as above
        question_ids = self.sudo().aftersales_question_ids.ids
        if not question_ids:
            return renderer
        letter = Letter(tuple(question_ids))
        return renderer.with_context(**{LETTER_KEY: letter})

    def _render_field(self, field, res_ids, *args, **kwargs):
        template = self._with_letter(self)
        return super(MailTemplate, template)._render_field(
            field, res_ids, *args, **kwargs
        )

    def send_mail_batch(self, res_ids, *args, **kwargs):
        # sudo: as above
        questions = self.sudo().aftersales_question_ids
        if questions and self.model == "aftersales.case":
            self._send_check_access(res_ids)
            self.env["aftersales.case"].browse(res_ids)._ask_by_letter(questions)
        return super().send_mail_batch(res_ids, *args, **kwargs)
