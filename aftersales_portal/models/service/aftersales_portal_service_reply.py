from odoo import api, models
from odoo.tools.mail import plaintext2html

from ...const import LONGEST_TEXT, WAITING_MODEL


class AftersalesPortalService(models.AbstractModel):
    """What customers say about their cases."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_reply_key(self, case_id):
        return f"reply-{case_id}"

    @api.model
    def _may_reply(self, case):
        return case.type_id.portal_reply and not case.merged_into_id

    @api.model
    def _reply(self, partner, case, text, uploads, dropped=(), once=""):
        """Say something about a case, with files.

        What is not complete is kept as a draft.

        :param case: found by ``_find_case`` for this very person
        :param text: as typed
        :param uploads: see ``_add_files``
        :param once: see ``_take_once``
        :returns: ``{field: sentence}`` of what keeps it from being sent
        """
        note, is_first = self._take_once(once)
        if not is_first:
            return {}
        draft = self._open_draft(self._get_reply_key(case.id))
        text = (text or "").strip()
        draft._keep({"message": text})
        errors = {}
        if refused := self._add_files(draft, uploads, dropped):
            errors["files"] = " ".join(refused)
        if error := self._judge_text(text):
            errors["message"] = error
        elif not text and not draft.file_ids and not errors:
            errors["message"] = self.env._("Write a message, or add a file.")
        if errors:
            note._discard()
            return errors
        self._post(partner, case, text, draft.file_ids)
        draft._discard()
        return {}

    @api.model
    def _judge_text(self, text):
        if len(text) > LONGEST_TEXT:
            return self.env._(
                "The text is longer than %s characters. Shorten it, or send it as a file.",
                LONGEST_TEXT,
            )
        return None

    @api.model
    def _post(self, partner, case, text, files=None):
        """Post what a customer says; the case goes on where its type says so."""
        if files:
            # Core takes files of customers from there only.
            files.write({"res_model": WAITING_MODEL, "res_id": 0})
        return case.message_post(
            body=plaintext2html(text) if text else "",
            author_id=partner.id,
            email_from=partner.email_formatted,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachment_ids=files.ids if files else [],
        )
