from werkzeug.exceptions import NotFound

from odoo.http import request

from .forms import CASE_URL
from .portal import PortalCases, form_route, is_post


class PortalCaseQuestions(PortalCases):
    """What a customer was asked: the same page as that of the link in his mail."""

    @form_route(f"{CASE_URL}/questions/<int:asked_id>")
    def portal_my_case_question(self, case_id, asked_id, **_kwargs):
        """Answer a question."""
        service, partner = self._get_service()
        case, asked = service._find_asked(partner, case_id, asked_id)
        page = asked and asked._get_page()
        if not page:
            raise NotFound
        done, errors, typed = "", {}, {}
        if is_post():
            http = request.httprequest
            done, page, errors, typed = service._answer_asked(
                partner, asked, http.form, http.files
            )
        return self._render(
            "aftersales_portal.portal_case_question",
            "aftersales_case",
            status=422 if errors else 200,
            case=service._get_row(case, True),
            page=page,
            done=done,
            errors=errors,
            typed=typed,
        )
