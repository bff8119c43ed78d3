from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_case.const import CLOSED_STATES
from odoo.addons.aftersales_case.engine.private import get_private

from ...engine.private import ANSWERED_KEY, Answered
from .aftersales_question_asked import ASKED_OPEN
from .aftersales_question_asked_link import CHANNEL_LINK

PURPOSE = "question_"
PLACEHOLDER = "letter_questions"


class AftersalesCase(models.Model):
    """What the customers of cases are asked: by agents, by stages, in letters."""

    _inherit = "aftersales.case"

    asked_ids = fields.One2many(
        "aftersales.question.asked", "case_id", "Questions", readonly=True
    )
    is_asked = fields.Boolean(
        "Question Open",
        compute="_compute_is_asked",
        store=True,
        help="The customer was asked something and has not answered.",
    )
    letter_questions = fields.Html(
        "Open Questions, with Links",
        compute="_compute_letter_questions",
        sanitize=False,
        help="What the customer was asked and has not answered, each with a link of the"
        " receiver's own.",
    )

    @api.depends("asked_ids.state")
    def _compute_is_asked(self):
        for case in self:
            # sudo: whether there is one, which is no secret to who reads the case
            states = case.sudo().asked_ids.mapped("state")
            case.is_asked = ASKED_OPEN in states

    @api.depends("asked_ids.state")
    @api.depends_context("lang")
    def _compute_letter_questions(self):
        text = self.env._("Answer")
        questions = self._get_open_questions().grouped("case_id")
        for case in self:
            blocks = [
                Markup("<p><b>%s</b></p><p>%s</p>")
                % (
                    asked.question_id.name,
                    case._get_link_marker(f"{PURPOSE}{asked.id}", text),
                )
                for asked in questions.get(case._origin, ())
            ]
            case.letter_questions = Markup("").join(blocks)

    def _get_open_questions(self):
        """Return the questions that wait for the customer, oldest first, with sudo."""
        # sudo: what the customer is asked; who writes to him may know it
        asked = self.env["aftersales.question.asked"].sudo()
        return asked.search(
            [
                ("case_id", "in", self.ids),
                ("state", "=", ASKED_OPEN),
                ("expires_at", ">", fields.Datetime.now()),
            ],
            order="id",
        ).with_env(self.sudo().env)

    @api.model
    def _get_letter_placeholders(self):
        return (*super()._get_letter_placeholders(), PLACEHOLDER)

    @api.model
    def _get_channels(self):
        return super()._get_channels() | {CHANNEL_LINK: self.env._("Link in a mail")}

    def _make_link(self, purpose, partner, valid=None, address=""):
        number = purpose.removeprefix(PURPOSE)
        if number == purpose or not number.isdecimal():
            return super()._make_link(purpose, partner, valid=valid, address=address)
        asked = self._get_open_questions().filtered(lambda one: one.id == int(number))
        return asked._make_answer_link(partner, address) if asked else False

    # === Asking === #

    def action_ask_customer(self):
        """Ask the customer something, by mail."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask the Customer"),
            "res_model": "aftersales.question.ask",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def _ask(self, question):
        """Ask the customers of these cases; what is open already is not asked twice.

        Whoever calls sends the letter: ``_send_questions``, or one of his own.

        :returns: what was asked anew, with sudo
        """
        # sudo: the fields of a question are the system's; who asks may write the case
        asked = self.env["aftersales.question.asked"].sudo()
        known = self._get_open_questions().filtered(
            lambda one: one.question_id == question
        )
        now = fields.Datetime.now()
        first = question.reminders and question.remind_days
        return asked.create(
            [
                {
                    "case_id": case.id,
                    "question_id": question.id,
                    "expires_at": now + timedelta(days=question.valid_days),
                    "remind_at": first and now + timedelta(days=first),
                }
                for case in self - known.case_id
            ]
        )

    def _send_questions(self):
        """Send the open questions of these cases to their customers."""
        template = self.env.ref("aftersales_portal.template_question", False)
        if not template:
            raise UserError(
                self.env._(
                    "The message “Case: Question” was deleted. Restore it first."
                )
            )
        self._send_to_customer(template)

    def _send_on_moves(self):
        """Ask what the stages ask that these cases have entered."""
        links = self.type_id._get_links()
        by_stage = self.grouped(lambda case: (case.type_id.id, case.stage_id.id))
        alone = self.browse()
        for key, cases in by_stage.items():
            link = links.get(key)
            # sudo: what a stage asks is no secret to who moves a case into it
            question = link and link.sudo().question_id
            if not question or not question.active:
                continue
            if question.key:
                cases = cases.filtered(lambda c, q=question: not c._is_answered(q.key))
            asked = cases._ask(question).case_id.with_env(self.env)
            alone |= asked - asked._get_asked_along(link)
        result = super()._send_on_moves()
        if alone:
            alone._send_questions()
        return result

    def _get_asked_along(self, link):
        """Return those of these cases to which the stage's own message brings it."""
        template = link.mail_template_id
        if not template._names_questions():
            return self.browse()
        return self if link.state in CLOSED_STATES else self - self._get_told(template)

    def _move_on_reply(self):
        """An answer that says itself where the case goes takes it nowhere else."""
        if get_private(self.env.context, ANSWERED_KEY, Answered):
            return None
        return super()._move_on_reply()

    def _notify_answer(self, users, text):
        """Tell colleagues what a customer has answered."""
        self.ensure_one()
        if users:
            self.message_notify(
                subject=self.env._("%s: the customer has answered", self.display_name),
                body=text,
                partner_ids=users.partner_id.ids,
                email_layout_xmlid="mail.mail_notification_layout",
            )

    def _move_parts_to(self, target):
        result = super()._move_parts_to(target)
        self.asked_ids.write({"case_id": target.id})
        links = self.link_ids.filtered(lambda link: link.res_model != self._name)
        links.write({"case_id": target.id})
        return result


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _names_questions(self):
        """Say whether this message brings the open questions by itself."""
        # sudo: what stands in a message is no secret to who sends it
        return f"object.{PLACEHOLDER}" in (self.sudo().body_html or "")
