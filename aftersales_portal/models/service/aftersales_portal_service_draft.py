from odoo import api, models

from ...const import DRAFT_ELSEWHERE, DRAFT_GONE, DRAFT_SAVED, LONGEST_TEXT
from ...engine import answers
from ...engine.answers import read_ids
from ...engine.texts import clean_text


class AftersalesPortalService(models.AbstractModel):
    """Forms that are not sent yet: saved while somebody types."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _save_draft(self, partner, form, uploads):
        """Save what a form says so far, unless somebody went on with it elsewhere.

        :param form: the request's ``MultiDict``; ``draft`` says which form, ``stamp``
            what its page knew, ``anyway`` that it counts whatever is there
        :param uploads: see ``_add_files``
        :returns: dictionary with ``state`` (one of the ``DRAFT_…``), ``stamp``, ``files``
            and ``refused``; None for a form that this person has not
        """
        key = clean_text(form.get("draft"))
        typed = self._read_draft(partner, key, form)
        if typed is None:
            return None
        note, is_first = self._take_once(clean_text(form.get("once")))
        if not is_first:
            return self._get_saved(key, DRAFT_GONE)
        note._discard()
        draft = self._find_draft(key)
        if draft.typed == typed and not any(uploads):
            # As where a page was left while it was saved.
            return self._get_saved(key, DRAFT_SAVED)
        is_newest = (draft.stamp or "") == clean_text(form.get("stamp"))
        if not is_newest and not form.get("anyway"):
            return self._get_saved(key, DRAFT_ELSEWHERE if draft else DRAFT_GONE)
        draft = draft or self._open_draft(key)
        refused = self._add_files(draft, uploads)
        if any(typed.values()) or draft.file_ids:
            draft._keep(typed)
        else:
            draft._discard()
        return self._get_saved(key, DRAFT_SAVED, refused)

    @api.model
    def _get_saved(self, key, state, refused=()):
        draft = self._get_draft(key)
        return {
            "state": state,
            "stamp": draft["stamp"],
            "files": draft["files"],
            "refused": " ".join(refused),
        }

    @api.model
    def _get_sent_keys(self, case):
        """Return ``{what was sent: key of its form}``, for the page that follows."""
        return {
            "new": self._get_report_key(case.type_id, case.repeat_of_id),
            "reply": self._get_reply_key(case.id),
            "change": self._get_change_key(case.id),
        }

    @api.model
    def _read_draft(self, partner, key, form):
        """Return what a form says so far; None where there is no such form.

        :returns: ``{name: text, or list of texts}``
        """
        kind, _dash, rest = key.partition("-")
        ids = read_ids(rest.split("-"))
        reader = self._get_draft_readers().get(kind)
        # Each form has one key: others would be drafts that nobody finds again.
        if not reader or not ids or key != f"{kind}-{ids[0]}":
            return None
        return reader(partner, ids[0], form)

    @api.model
    def _get_draft_readers(self):
        """Hook: return ``{kind of form: function that reads one}``.

        Called with the person, the id in the key of the form, and the request's
        ``MultiDict``; see ``_read_draft``.
        """
        return {
            "new": self._read_report_draft,
            "again": self._read_again_draft,
            "reply": self._read_reply_draft,
            "change": self._read_change_draft,
        }

    @api.model
    def _read_report_draft(self, partner, type_id, form):
        case_type = self._find_type(type_id)
        if not case_type:
            return None
        _case, asked = self._get_report_form(partner, case_type, form)
        return self._get_filled_in(asked)

    @api.model
    def _get_filled_in(self, asked):
        """Return ``{name: text, or list of texts}`` that the questions of a form say."""
        typed = {question["name"]: question["typed"] for question in asked}
        for question in asked:
            if question["kind"] == answers.GOODS:
                typed |= self._get_typed_amounts(question)
        return typed

    @api.model
    def _read_again_draft(self, partner, case_id, form):
        case_type = self._find_case(partner, case_id).type_id
        if not self._find_before(partner, case_type, [str(case_id)]):
            return None
        return self._read_report_draft(partner, case_type.id, form)

    @api.model
    def _read_reply_draft(self, partner, case_id, form):
        case = self._find_case(partner, case_id)
        if not case or not self._may_reply(case):
            return None
        return {"message": clean_text(form.get("message"))[: LONGEST_TEXT + 1]}

    @api.model
    def _read_change_draft(self, partner, case_id, form):
        case = self._find_case(partner, case_id)
        if not case:
            return None
        asked = self._get_change_form(partner, case, form)
        return self._read_change(form, asked) if asked else None
