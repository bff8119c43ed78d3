from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.aftersales_case.engine.private import get_private

from ...engine.private import LETTER_KEY, Letter

PURPOSE = "question_"
PLACEHOLDER = "letter_questions"


class AftersalesCase(models.Model):
    """Questions in letters: those that are open, and those that a letter asks itself.

    A letter asks when it is sent, never when it is shown: until then its text holds
    markers of questions that are not asked yet.
    """

    _inherit = "aftersales.case"

    letter_questions = fields.Html(
        "Open Questions, with Links",
        compute="_compute_letter_questions",
        sanitize=False,
        help="What the customer was asked and has not answered, each with a link of the"
        " receiver's own.",
    )

    @api.depends("asked_ids.state")
    @api.depends_context("lang", LETTER_KEY)
    def _compute_letter_questions(self):
        text = self.env._("Answer")
        letter = get_private(self.env.context, LETTER_KEY, Letter)
        # sudo: what a letter asks is no secret to who sends it
        questions = self.env["aftersales.question"].sudo()
        asking = self._get_asked_by_letter(
            questions.browse(letter.question_ids if letter else ())
        )
        asked = self._get_open_questions().grouped("case_id")
        for case in self:
            found = asked.get(case._origin, self.asked_ids.browse()).question_id
            blocks = [
                Markup("<p><b>%s</b></p><p>%s</p>")
                % (
                    question.name,
                    case._get_link_marker(f"{PURPOSE}{question.id}", text),
                )
                for question in found.with_env(questions.env) | asking[case]
            ]
            case.letter_questions = Markup("").join(blocks)

    def _get_asked_by_letter(self, questions):
        """Return ``{case: questions}``: what a letter asks of each of these cases."""
        asking = dict.fromkeys(self, questions.browse())
        if not questions:
            return asking
        cases = self.filtered("id")._filtered_access("write")
        for question in questions.filtered("active").sorted():
            mine = cases.filtered(lambda case, q=question: case.type_id == q.type_id)
            for case in mine._filter_unanswered(question):
                asking[case] |= question
        return asking

    def _ask_by_letter(self, questions, bodies=None):
        """Ask what a letter asks by itself; called when it is sent.

        :param questions: those of its template, with sudo
        :param bodies: ``{case id: text}`` of a letter out of which its sender may have
            taken some
        """
        asking = self._get_asked_by_letter(questions)
        for question in questions:
            cases = self.filtered(lambda case, q=question: q in asking[case])
            if bodies is not None:
                cases = cases.filtered(
                    lambda case, q=question: case._is_question_in(bodies[case.id], q)
                )
            cases._ask(question)

    @api.model
    def _get_letter_placeholders(self):
        return (*super()._get_letter_placeholders(), PLACEHOLDER)

    def _is_question_in(self, body, question):
        """Say whether a text asks a question about this case."""
        return self._get_link_seal(f"{PURPOSE}{question.id}") in str(body or "")

    def _make_link(self, purpose, partner, valid=None, address=""):
        number = purpose.removeprefix(PURPOSE)
        if number == purpose or not number.isdecimal():
            return super()._make_link(purpose, partner, valid=valid, address=address)
        asked = self._get_open_questions().filtered(
            lambda one: one.question_id.id == int(number)
        )
        return asked._make_answer_link(partner, address) if asked else False
