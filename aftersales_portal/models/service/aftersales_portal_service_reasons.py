from odoo import api, models

from ...const import LONGEST_TEXT, STEP_CLOSE, STEP_REFUSE, STEP_REOPEN
from ...engine.texts import clean_text


class AftersalesPortalService(models.AbstractModel):
    """Drafts of the forms in which customers say why: close, reopen, refuse."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_step_key(self, step, case):
        return f"{step}-{case.id}"

    @api.model
    def _keep_step(self, step, case, typed):
        """Keep what a form says that is not complete, as its draft."""
        draft = self._open_draft(self._get_step_key(step, case))
        if any(typed.values()):
            draft._keep(typed)
        else:
            draft._discard()

    @api.model
    def _get_sent_keys(self, case):
        close, refuse = (
            self._get_step_key(step, case) for step in (STEP_CLOSE, STEP_REFUSE)
        )
        return super()._get_sent_keys(case) | {
            "closed": close,
            "told": close,
            "reopened": self._get_step_key(STEP_REOPEN, case),
            "refused": refuse,
            "asked": refuse,
        }

    @api.model
    def _get_draft_readers(self):
        return super()._get_draft_readers() | {
            STEP_CLOSE: self._read_close_draft,
            STEP_REOPEN: self._read_reopen_draft,
            STEP_REFUSE: self._read_refuse_draft,
        }

    @api.model
    def _read_close_draft(self, partner, case_id, form):
        case = self._find_case(partner, case_id)
        if not case or not self._may_close(partner, case):
            return None
        answers = {
            question["name"]: self._read_typed(form, question)
            for question in self._get_close_form(partner, case, form)
        }
        return {"reason": _read(form, "reason")} | answers

    @api.model
    def _read_reopen_draft(self, partner, case_id, form):
        case = self._find_case(partner, case_id)
        if not case or not self._may_reopen(partner, case):
            return None
        return {"reason": _read(form, "reason")}

    @api.model
    def _read_refuse_draft(self, partner, case_id, form):
        case = self._find_case(partner, case_id)
        decision = case and self._get_decision(partner, case)
        if not decision or decision["state"] != "open":
            return None
        return {"reason": _read(form, "reason"), "text": _read(form, "text")}


def _read(form, name):
    return clean_text(form.get(name))[: LONGEST_TEXT + 1]
