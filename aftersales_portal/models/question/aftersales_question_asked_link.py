from datetime import timedelta

from odoo import api, fields, models

from ...engine.links import LinkPurpose
from ..service.aftersales_portal_service_links import FILES, TEXT
from .aftersales_question import ASK_CHOICE, ASK_FILES
from .aftersales_question_asked import ASKED_ANSWERED, ASKED_OPEN

LINK_ANSWER = "answer"
CHANNEL_LINK = "link"
SEND, UNDO = "send", "undo"


class AftersalesQuestionAsked(models.Model):
    """The page of a question: by a link, or for who is logged in."""

    _inherit = "aftersales.question.asked"

    @api.model
    def _get_link_purposes(self):
        return super()._get_link_purposes() | {
            LINK_ANSWER: LinkPurpose(
                self.env._("Answer a question"), timedelta(days=14)
            )
        }

    def _may_have_link(self, purpose, partner, address):
        return self.case_id._acts_for_customer(partner, address)

    def _make_answer_link(self, partner, address=""):
        """Return the address of a link by which one receiver answers, or False."""
        self.ensure_one()
        left = self.expires_at - fields.Datetime.now()
        if self.state != ASKED_OPEN or left <= timedelta():
            return False
        return self._make_link(LINK_ANSWER, partner, valid=left, address=address)

    def _get_short_text(self, partner):
        """Return the question for a text message, with a link of this receiver.

        Called with sudo by who sends text messages; this addon has no gateway.
        """
        self.ensure_one()
        text = self.question_id.short_text or self.question_id.name
        return f"{text} {self._make_answer_link(partner) or ''}".strip()

    def _get_link_page(self, link):
        return self._is_read_by(link.partner_id) and self._get_page()

    def _apply_link(self, link, values):
        return self._take(values, link.partner_id, CHANNEL_LINK)

    # === What it shows === #

    def _is_read_by(self, partner):
        """Say whether somebody may see this: an answer is for the people of who gave it.

        A case that becomes another customer's tells him nothing of the one before.
        """
        self.ensure_one()
        if self.state != ASKED_ANSWERED or not self.partner_id:
            return True
        return self.partner_id.commercial_partner_id == partner.commercial_partner_id

    def _get_page(self):
        """Return the page of a question: see ``_get_link_page`` of the mixin of links."""
        self.ensure_one()
        if self.state not in (ASKED_OPEN, ASKED_ANSWERED):
            return False
        case, question = self.case_id, self.question_id
        is_open = self.state == ASKED_OPEN
        if is_open and self.expires_at <= fields.Datetime.now():
            return False  # the job has not noticed it yet
        body = self.env["ir.qweb"]._render(
            "aftersales_portal.question_body",
            {
                "about": f"{case.type_id._get_portal_word()} {case.number}",
                "explanation": question.explanation if is_open else "",
                "answer": "" if is_open else self._get_said(),
            },
        )
        page = {"title": question.name, "body": body, "fields": []}
        if not is_open:
            undo = [(UNDO, self.env._("Take my answer back"))]
            return page | {
                "buttons": undo if self._can_undo() else [],
                "is_quiet": True,
            }
        if question.kind == ASK_CHOICE:
            choices = [(str(one.id), one.name) for one in question.answer_ids]
            return page | {"buttons": choices}
        text = {"name": TEXT, "type": TEXT, "label": self.env._("Your answer")}
        asked = [text | {"required": True}]
        if question.kind == ASK_FILES:
            label = question.attachment_kind_id.name or self.env._("Files")
            files = {"name": FILES, "type": FILES, "label": label, "required": True}
            remark = {"label": self.env._("Remark"), "required": False}
            asked = [files, text | remark]
        return page | {"fields": asked, "buttons": [(SEND, self.env._("Send"))]}

    def _take(self, values, partner, channel):
        """Do what was sent from the page of a question.

        :param values: as ``_apply_link`` of the mixin of links takes them
        :returns: a sentence for who sent it; False when nothing was done
        """
        self._lock()
        page = self._get_page()
        button = values.get("button")
        if not page or button not in [value for value, _label in page["buttons"]]:
            return False  # somebody else has answered meanwhile
        if button == UNDO:
            self._undo(partner)
            return self.env._("Your answer was taken back.")
        chosen = self.question_id.answer_ids.filtered(lambda one: str(one.id) == button)
        self._answer(
            chosen,
            values.get(TEXT) or "",
            values.get(FILES) or [],
            partner,
            channel,
        )
        return self.env._("Thank you. We have your answer.")
