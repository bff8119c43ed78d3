from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.mail import plaintext2html

from odoo.addons.aftersales_case.const import (
    CHANNEL_PHONE,
    EVENT_MAIL_FAILED,
    EVENT_MAIL_OUT,
    EVENT_MESSAGE,
    EVENT_REPLY,
    EVENT_SIGNAL,
)

from ...const import WAITING_MODEL
from ...engine.private import ANSWERED_KEY, Answered
from ...engine.uploads import clean_name, find_kind
from .aftersales_question import ASK_FILES
from .aftersales_question_asked import ASKED_ANSWERED, ASKED_OPEN

UNDO_TIME = timedelta(minutes=10)
# What follows by itself, or is said by us, changes nothing that an answer made.
HARMLESS_EVENTS = (
    EVENT_MAIL_FAILED,
    EVENT_MAIL_OUT,
    EVENT_MESSAGE,
    EVENT_REPLY,
    EVENT_SIGNAL,
)


class AftersalesQuestionAsked(models.Model):
    """What follows from an answer: field, message, move, alert; and its taking back."""

    _inherit = "aftersales.question.asked"

    def _lock(self):
        """Let of two who answer at once the second one wait, and be tried again."""
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM aftersales_question_asked WHERE id = %s FOR UPDATE",
                self.id,
            ),
            log_exceptions=False,
        )
        self.invalidate_recordset()

    def _get_said(self):
        """Return what was answered, in the reader's language."""
        return self.answer_id.name or self.answer or ""

    def _answer(self, chosen, text, files, partner, channel):
        """Take an answer; nothing that the case asks for loses it.

        What is refused, by a lock or a gate, the responsible is told.

        :param chosen: ``aftersales.question.answer``, empty for other kinds
        :param text: as typed
        :param files: list of (name, bytes) whose content was judged
        :param partner: who answers, empty where only his address is known
        :param channel: key of ``_get_channels`` of the case
        """
        self.ensure_one()
        if self.state != ASKED_OPEN:
            raise UserError(self.env._("This question is not open any more."))
        case, question = self.case_id, self.question_id
        said = chosen.name or text or ", ".join(name for name, _content in files)
        before = {"stage": case.stage_id.id, "value": self._get_field_value()}
        stage = question._get_stage(chosen)
        goes = stage and stage in case.type_id.link_ids.stage_id
        # Colleagues read what follows, not the customer.
        # sudo: the language of whoever is responsible
        ours = self.with_context(lang=case.sudo().user_id.lang)
        missing = self._try(lambda: ours._fill_in(chosen, text))
        self._say(said, text, files, partner, channel, is_moved=goes)
        if goes:
            missing += self._try(lambda: ours.case_id.write({"stage_id": stage.id}))
            if case.stage_id != stage:
                case._move_on_reply()
        # sudo: the fields of a question are the system's
        self.sudo().write(
            {
                "state": ASKED_ANSWERED,
                "answer_id": chosen.id,
                "answer": chosen.with_env(ours.env).name or said,
                "answered_at": fields.Datetime.now(),
                "partner_id": partner.id,
                "channel": channel,
            }
        )
        self._alert(question._get_team(chosen), said, missing)
        after = {
            "after": case.stage_id.id,
            "filled": self._get_field_value(),
            "event": self._get_last_event(),
        }
        self.sudo().before = before | after  # sudo: as above

    def _try(self, work):
        """Do something; return what keeps it from being done, as a list of sentences."""
        try:
            with self.env.cr.savepoint():
                work()
                self.env.flush_all()
        except UserError as error:
            self.env.invalidate_all(flush=False)
            return [str(error)]
        return []

    # === The field === #

    def _get_field_value(self):
        """Return what stands in the field that an answer fills, fit for Json."""
        key = self.question_id.key
        if not key:
            return None
        # sudo: kept to restore it, shown to nobody
        case = self.case_id.sudo()
        field, _dot, name = key.partition(".")
        if name:
            return case._get_raw_properties(field).get(name)
        return case[key] if case[key] is not False else None

    def _fill_in(self, chosen, text):
        """Write the answer to the field that the question names."""
        question, case = self.question_id, self.case_id
        typed = chosen.value if chosen else text
        if not question.key or not typed or question.kind == ASK_FILES:
            return
        label = case.type_id._get_key_labels().get(question.key, question.key)
        found = question._get_field(case.type_id)
        if not found:
            raise UserError(
                case.env._(
                    "%s: this case has no such field for customers. Enter the answer"
                    " where it belongs.",
                    label,
                )
            )
        kind, options = found
        service = self.env["aftersales.portal.service"]
        asked = {"kind": kind, "options": options, "label": label}
        value, error = service._read_answer(case, asked, typed)
        if error:
            raise UserError(error)
        case.write(service._prepare_vals(case, {question.key: value}))

    def _restore(self, value):
        field, _dot, name = self.question_id.key.partition(".")
        if not name:
            self.case_id.write({field: value if value is not None else False})
            return
        values = self.case_id._get_raw_properties(field)
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
        self.case_id.write({field: values})

    # === The message === #

    def _say(self, said, text, files, partner, channel, is_moved):
        """Put the answer into the chatter: of the customer, or of who heard it.

        :param is_moved: the answer says where the case goes
        """
        case = self.case_id
        if is_moved:
            case = case.with_context(**{ANSWERED_KEY: Answered()})
        body = Markup("<p>%s</p>%s") % (
            self.question_id.name,
            plaintext2html(text or (said if not files else "")),
        )
        if channel == CHANNEL_PHONE:
            heard = case.env._("Answered by phone:")
            case.message_post(
                body=Markup("<p>%s</p>%s") % (heard, body),
                subtype_xmlid="mail.mt_note",
            )
            case._move_on_reply()
            return
        case.message_post(
            body=body,
            author_id=partner.id,
            email_from=partner.email_formatted or case.email,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachment_ids=self._keep_files(files).ids,
        )

    def _keep_files(self, files):
        """Return attachments of files, of the kind that the question asks for."""
        # sudo: who answers has no access to files; their content was judged
        model = self.env["ir.attachment"].sudo()
        kinds = {name: find_kind(content) for name, content in files}
        return model.with_context(image_no_postprocess=True).create(
            [
                {
                    "name": clean_name(name, kinds[name]),
                    "raw": content,
                    "mimetype": kinds[name].mimetype,
                    "res_model": WAITING_MODEL,
                    "res_id": 0,
                    "aftersales_kind_id": self.question_id.attachment_kind_id.id,
                }
                for name, content in files
            ]
        )

    # === Who is told === #

    def _alert(self, team, said, missing):
        """Let a team act, and the responsible settle what was refused."""
        # sudo: who is told is the question's affair, not the customer's
        case = self.case_id.sudo()
        case = case.with_context(lang=case.user_id.lang)
        asked = self.sudo().with_env(case.env)  # sudo: as above
        text = f"{asked.question_id.name} {asked._get_said() or said}"
        if missing:
            case.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=case.env._("An answer could not be followed"),
                note=Markup("<p>%s</p><p>%s</p>") % (text, " ".join(missing)),
                user_id=case.user_id.id,
            )
        if not team:
            return
        told = (team.leader_id | team.member_ids).filtered(
            lambda user: user.active and case.with_user(user).has_access("read")
        )
        responsible = told[:1] or case.user_id
        asked.activity_id = case.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=case.env._("The customer has answered"),
            note=Markup("<p>%s</p>") % text,
            user_id=responsible.id,
        )
        case._notify_answer(told, text)

    # === Taking it back === #

    def _get_last_event(self):
        # sudo: asked whether something happened, shown to nobody
        events = self.env["aftersales.case.event"].sudo()
        found = events.search(
            [
                ("case_id", "=", self.case_id.id),
                ("kind", "not in", HARMLESS_EVENTS),
            ],
            order="id desc",
            limit=1,
        )
        return found.id

    def _can_undo(self):
        """Say whether an answer can be taken back: soon, while nothing else changed."""
        self.ensure_one()
        kept = self.before or {}
        return (
            self.state == ASKED_ANSWERED
            and self.kind != ASK_FILES
            and "event" in kept
            and fields.Datetime.now() <= self.answered_at + UNDO_TIME
            and self.case_id.stage_id.id == kept["after"]
            and self._get_field_value() == kept["filled"]
            and self._get_last_event() == kept["event"]
            and self.question_id not in self.case_id._get_open_asked().question_id
        )

    def _undo(self, partner):
        """Take an answer back: the case is as before, and the question open."""
        case, kept = self.case_id, self.before
        reason = self.env._("The customer took his answer back.")
        with case._changing(forced=True, reason=reason) as cases:
            if kept["filled"] != kept["value"]:
                self._restore(kept["value"])
            if kept["after"] != kept["stage"]:
                cases.stage_id = kept["stage"]
        case._message_log(
            body=reason, author_id=partner.id, email_from=partner.email_formatted
        )
        self.activity_id.unlink()
        self.write(
            {
                "state": ASKED_OPEN,
                "answer_id": False,
                "answer": False,
                "answered_at": False,
                "partner_id": False,
                "channel": False,
                "before": False,
            }
        )
