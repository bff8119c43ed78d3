from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

ASKED_OPEN, ASKED_ANSWERED = "open", "answered"
ASKED_EXPIRED, ASKED_WITHDRAWN = "expired", "withdrawn"
ASKED_STATES = [
    (ASKED_OPEN, "Open"),
    (ASKED_ANSWERED, "Answered"),
    (ASKED_EXPIRED, "Expired"),
    (ASKED_WITHDRAWN, "Withdrawn"),
]


class AftersalesQuestionAsked(models.Model):
    """A question that the customer of a case was asked, and what he answered."""

    _name = "aftersales.question.asked"
    _description = "Question to the Customer of a Case"
    _inherit = [
        "aftersales.case.part",
        "aftersales.link.mixin",
        "aftersales.job.mixin",
    ]
    _order = "id desc"
    _rec_name = "question_id"

    case_id = fields.Many2one(
        "aftersales.case", required=True, readonly=True, ondelete="cascade", index=True
    )
    question_id = fields.Many2one(
        "aftersales.question",
        required=True,
        readonly=True,
        ondelete="restrict",  # what was asked stays, whoever tidies up
        index=True,
    )
    kind = fields.Selection(related="question_id.kind", string="Kind of Answer")
    state = fields.Selection(
        ASKED_STATES, required=True, readonly=True, default=ASKED_OPEN
    )
    asked_at = fields.Datetime(
        "Asked On", required=True, readonly=True, default=fields.Datetime.now
    )
    expires_at = fields.Datetime("Open Until", required=True, readonly=True)
    remind_at = fields.Datetime("Next Reminder", readonly=True)
    reminded = fields.Integer("Reminders Sent", readonly=True)
    answer_id = fields.Many2one(
        "aftersales.question.answer", "Chosen", readonly=True, ondelete="set null"
    )
    answer = fields.Text(readonly=True)
    answered_at = fields.Datetime("Answered On", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Answered By", readonly=True, ondelete="set null"
    )
    channel = fields.Char(readonly=True)
    channel_label = fields.Char("Via", compute="_compute_channel_label")
    # What was there before, and what the answer made of it: to take it back.
    before = fields.Json(readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null")

    # What is open on a case is asked for on its page and in its mails, each question
    # once; the job looks for what is open and due.
    _open_uniq = models.UniqueIndex(
        "(case_id, question_id) WHERE state = 'open'",
        "Question: the customer was asked this and can still answer.",
    )
    _due_idx = models.Index("(expires_at) WHERE state = 'open'")

    @api.depends("channel")
    @api.depends_context("lang")
    def _compute_channel_label(self):
        labels = self.env["aftersales.case"]._get_channels()
        for asked in self:
            asked.channel_label = labels.get(asked.channel, asked.channel)

    # === Agents === #

    def action_answer(self):
        """Enter what the customer answered by phone."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.question_id.name,
            "res_model": "aftersales.question.reply",
            "view_mode": "form",
            "target": "new",
            "context": {"default_asked_id": self.id},
        }

    def action_withdraw(self):
        """Ask no longer: the links to these questions show so."""
        self.check_access("write")
        # sudo: the fields of a question are the system's; the right is asked for above
        self.sudo()._get_open().state = ASKED_WITHDRAWN
        return True

    def action_remind(self):
        """Send the open questions of these cases to their customers once more."""
        self.check_access("write")
        open_ones = self.sudo()._get_open()  # sudo: as above
        if not open_ones:
            raise UserError(self.env._("This question is not open any more."))
        open_ones.case_id._ensure_can_send_questions()
        open_ones._remind()
        return True

    def _get_open(self):
        return self.filtered(lambda asked: asked.state == ASKED_OPEN)

    # === Time === #

    def _remind(self):
        """Send what is still open once more; called with sudo."""
        for question, group in self.grouped("question_id").items():
            days_ahead = group.case_id._get_days_ahead(question.remind_days)
            for asked in group:
                asked.reminded += 1
                asked.remind_at = (
                    question.remind_days
                    and asked.reminded < question.reminders
                    and days_ahead[asked.case_id]
                )
        self.case_id._send_questions(is_reminder=True)

    def _expire(self):
        """Tell the responsible that nobody answered; called with sudo."""
        self.state = ASKED_EXPIRED
        for asked in self:
            case = asked.case_id.with_context(lang=asked.case_id.user_id.lang)
            if case.is_open:
                case.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=case.env._("A question was not answered"),
                    note=Markup("<p>%s</p>")
                    % asked.with_env(case.env).question_id.name,
                    user_id=case.user_id.id,
                )

    @api.model
    def _cron_questions(self):
        """Remind customers of open questions, and close those nobody answered."""
        now = fields.Datetime.now()
        is_open = Domain("state", "=", ASKED_OPEN)
        jobs = (
            (Domain("expires_at", "<=", now), type(self)._expire, "expire"),
            (
                Domain("remind_at", "<=", now) & Domain("case_id.is_open", "=", True),
                type(self)._remind,
                "remind",
            ),
        )
        for domain, work, task in jobs:
            if not self._run_in_batches(is_open & domain, work, task=task):
                return
