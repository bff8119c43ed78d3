from werkzeug.datastructures import MultiDict

from odoo import api, models

from ...engine import answers
from ...engine.answers import read_ids


class AftersalesPortalService(models.AbstractModel):
    """A trouble that came back after its case was closed for good: a new case, tied."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_again_url(self, partner, case):
        """Return where a person reports that it is a problem again; "" where he cannot."""
        is_possible = (
            not case.is_open
            and not case.merged_into_id
            and not self._may_reopen(partner, case)
            and self._is_own(partner, case)
            and self._find_type(case.type_id.id)
        )
        return f"/my/cases/new/{case.type_id.id}?again={case.id}" if is_possible else ""

    @api.model
    def _find_before(self, partner, case_type, again):
        """Return the case whose trouble came back, with sudo, as a request names it.

        :param again: list of texts; what is no such case is none
        """
        for case_id in read_ids(again)[:1]:
            case = self._find_case(partner, case_id)
            if case.type_id == case_type and self._get_again_url(partner, case):
                return case
        return self._get_cases()

    @api.model
    def _get_before(self, partner, case):
        """Return what the page of a case says of the one it came back from, or None."""
        before = case.repeat_of_id
        seen = before and self._find_case(partner, before.id)
        return self._get_row(seen, True) if seen else None

    @api.model
    def _get_again_answers(self, partner, before):
        """Return what the customer sees of a case, as if he had typed it in a form.

        What happened then is not what happened now: texts are asked anew.
        """
        form = MultiDict()
        for key in self._get_shown_fields(before):
            kind = self._get_kind(before, key)
            if not kind or kind == answers.TEXT:
                continue
            typed = self._get_typed(before, {"key": key, "kind": kind})
            form.setlist(
                key.replace(".", "-"), typed if isinstance(typed, list) else [typed]
            )
        return form
