from odoo import models


class MailComposeMessage(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """What is sent asks the questions of its template that its sender left in."""

    _inherit = "mail.compose.message"

    def _render_field(self, field, res_ids, *args, **kwargs):
        composer = self.template_id._with_letter(self)
        return super(MailComposeMessage, composer)._render_field(
            field, res_ids, *args, **kwargs
        )

    def _manage_mail_values(self, mail_values_all):
        values_all = super()._manage_mail_values(mail_values_all)
        # sudo: what a message asks is no secret to who sends it
        questions = self.template_id.sudo().aftersales_question_ids
        if questions and self.model == "aftersales.case":
            cases = self.env["aftersales.case"].browse(values_all)
            bodies = {key: values.get("body") for key, values in values_all.items()}
            cases._ask_by_letter(questions, bodies)
        return values_all
