from werkzeug.exceptions import NotFound

from odoo.http import request, route

from ..const import LIST_URL
from .portal import (
    PortalCases,
    form_route,
    get_files,
    get_typed,
    is_discard,
    is_post,
)


class PortalCaseReport(PortalCases):
    """A new case: first what it is, then the questions of that type."""

    @route(
        f"{LIST_URL}/new",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_case_choose(self, **_kwargs):
        """Choose what to report; a single choice is none."""
        service, _partner = self._get_service()
        choices = service._get_type_choices()
        if len(choices) == 1:
            return request.redirect(choices[0]["url"])
        return self._render(
            "aftersales_portal.portal_case_choose",
            "aftersales_case_new",
            choices=choices,
        )

    @form_route(f"{LIST_URL}/new/<int:type_id>")
    def portal_case_report(self, type_id, **_kwargs):
        """Answer the questions of a type, and send them."""
        service, partner = self._get_service()
        case_type = service._find_type(type_id)
        if not case_type:
            raise NotFound
        url = f"{LIST_URL}/new/{type_id}"
        errors, has_more, form = {}, False, request.httprequest.form
        again = request.httprequest.values.getlist("again")
        before = service._find_before(partner, case_type, again)
        key = service._get_report_key(case_type, before)
        if before:
            url = service._get_again_url(partner, before)
        if is_discard():
            service._discard_draft(key)
            return request.redirect(url, code=303)
        if is_post():
            case, questions, errors, has_more = service._report(
                partner, case_type, form, *get_files()
            )
            if case:
                return self._done(service, case, "new")
        else:
            _case, questions = service._get_report_form(
                partner, case_type, before=before
            )
        return self._render(
            "aftersales_portal.portal_case_report",
            "aftersales_case_new",
            status=422 if errors else 200,
            url=url,
            goods_url=f"{url}/goods",
            once=service._get_once(),
            word=case_type._get_portal_word(),
            questions=questions,
            errors=errors,
            has_more=has_more,
            draft=service._get_draft(key),
            before=service._get_row(before, True) if before else None,
            similar=service._get_similar_to(partner, questions),
        )

    @route(
        f"{LIST_URL}/new/<int:type_id>/goods",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_case_goods(self, type_id, **_kwargs):
        """The goods that can be picked, found while the customer types."""
        service, partner = self._get_service()
        case_type = service._find_type(type_id)
        question = case_type and service._search_goods(
            partner, case_type, request.httprequest.args
        )
        if not question:
            raise NotFound
        return self._render(
            "aftersales_portal.portal_goods_options",
            "aftersales_case_new",
            question=question,
            field_id="field-product_ids",
        )

    @route(
        f"{LIST_URL}/similar",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        readonly=True,
    )
    def portal_case_similar(self, **_kwargs):
        """Open cases that are like what is typed so far."""
        if not is_post():
            raise NotFound
        service, partner = self._get_service()
        response = request.render(
            "aftersales_portal.portal_similar",
            {"similar": service._get_similar(partner, get_typed("text"))},
        )
        response.headers["Cache-Control"] = "no-store"
        return response
