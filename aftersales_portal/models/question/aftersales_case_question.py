from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.aftersales_case.const import CLOSED_STATES
from odoo.addons.aftersales_case.engine.private import get_private

from ...const import REPLY_REMINDER
from ...engine.private import ANSWERED_KEY, Answered
from .aftersales_question_asked import (
    ASKED_EXPIRED,
    ASKED_OPEN,
    ASKED_WITHDRAWN,
)
from .aftersales_question_asked_link import CHANNEL_LINK


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

    @api.depends("asked_ids.state")
    def _compute_is_asked(self):
        for case in self:
            # sudo: whether there is one, which is no secret to who reads the case
            states = case.sudo().asked_ids.mapped("state")
            case.is_asked = ASKED_OPEN in states

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
    def _get_channels(self):
        return super()._get_channels() | {CHANNEL_LINK: self.env._("Link in a mail")}

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

    def _filter_unanswered(self, question):
        """Return those of these cases of which the answer to a question is not known."""
        key = question.key
        return self.filtered(lambda case: not case._is_answered(key)) if key else self

    def _ask(self, question):
        """Ask the customers of these cases; what is open already is not asked twice.

        Whoever calls sends the letter: ``_send_questions``, or one of his own.

        :returns: what was asked anew, with sudo
        """
        self._hold()
        # sudo: the fields of a question are the system's; who asks may write the case
        asked = self.env["aftersales.question.asked"].sudo()
        now = fields.Datetime.now()
        known = asked.search(
            [
                ("case_id", "in", self.ids),
                ("question_id", "=", question.id),
                ("state", "=", ASKED_OPEN),
            ]
        )
        # What the job has not noticed yet makes room.
        old = known.filtered(lambda one: one.expires_at <= now)
        old.state = ASKED_EXPIRED
        old.flush_recordset(["state"])
        cases = self - (known - old).case_id.with_env(self.env)
        until = cases._get_days_ahead(question.valid_days)
        remind = question.reminders and question.remind_days
        remind_at = cases._get_days_ahead(remind) if remind else {}
        return asked.create(
            [
                {
                    "case_id": case.id,
                    "question_id": question.id,
                    "expires_at": until[case],
                    "remind_at": remind_at.get(case),
                }
                for case in cases
            ]
        )

    def _hold(self):
        """Let who asks at the same time wait; he is tried again, and finds it asked."""
        if self:
            self.env.cr.execute(
                SQL(
                    "UPDATE aftersales_case SET write_date = write_date"
                    " WHERE id = ANY(%s)",
                    sorted(self.ids),
                ),
                log_exceptions=False,
            )

    def _get_question_template(self, is_reminder=False):
        """Return the message that brings questions; reminders may have their own."""
        again = is_reminder and self.env.ref(
            "aftersales_portal.template_question_again", False
        )
        return again or self.env.ref("aftersales_portal.template_question", False)

    def _ensure_can_send_questions(self):
        """Guard: there is a message that brings questions.

        :raises UserError: naming it
        """
        if not self._get_question_template():
            raise UserError(
                self.env._(
                    "The message “Case: Question” was deleted. Restore it first."
                )
            )

    def _send_questions(self, is_reminder=False):
        """Send the open questions of these cases to their customers.

        Where the message is gone, colleagues are told: no move waits for that.
        """
        if template := self._get_question_template(is_reminder):
            reason = REPLY_REMINDER if is_reminder else None
            self._send_to_customer(template, reason=reason)
            return
        note = self.env._(
            "The customer was not asked by mail: the message “Case: Question” was"
            " deleted. Restore it, and send the question again."
        )
        self._message_log_batch(dict.fromkeys(self.ids, note))

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
            cases = cases._filter_unanswered(question)
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
        self._keep_asked_once(target)
        self.asked_ids.write({"case_id": target.id})
        links = self.link_ids.filtered(lambda link: link.res_model != self._name)
        links.write({"case_id": target.id})
        return result

    def _keep_asked_once(self, target):
        """Ask once what is open on both: links to the other one lead to the target's."""
        is_open = {asked.question_id: asked for asked in target._get_open_asked()}
        for asked in self._get_open_asked():
            first = is_open.setdefault(asked.question_id, asked)
            if first != asked:
                asked.state = ASKED_WITHDRAWN
                links = asked.case_id.link_ids.filtered(
                    lambda link, a=asked: (
                        (link.res_model, link.res_id) == (a._name, a.id)
                    )
                )
                links.res_id = first.id

    def _get_open_asked(self):
        return self.asked_ids.filtered(lambda asked: asked.state == ASKED_OPEN)
