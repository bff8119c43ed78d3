from werkzeug.exceptions import NotFound

from odoo.http import request, route

from ..const import LIST_URL, STEP_CLOSE, STEP_REOPEN
from .portal import PortalCases, form_route, get_typed, is_discard, is_post

CASE_URL = f"{LIST_URL}/<int:case_id>"


class PortalCaseForms(PortalCases):
    """Forms about a case: each posts to the address under which it is shown."""

    @form_route(f"{CASE_URL}/change")
    def portal_my_case_change(self, case_id, **_kwargs):
        """Change what the rules let a customer change."""
        service, partner, case = self._find_own(case_id)
        form, errors = request.httprequest.form, {}
        key = service._get_change_key(case.id)
        if is_discard():
            return self._discard_step(service, case, "change")
        if is_post():
            questions, errors = service._change(partner, case, form)
        else:
            questions = service._get_change_form(partner, case)
        if not questions:
            raise NotFound
        if is_post() and not errors and form.get("step") != "search":
            return self._done(service, case, "change")
        return self._render(
            "aftersales_portal.portal_case_change",
            "aftersales_case",
            status=422 if errors else 200,
            **service._get_brand(case),
            case=service._get_row(case, True),
            questions=questions,
            errors=errors,
            once=service._get_once(),
            draft=service._get_draft(key),
        )

    @form_route(f"{CASE_URL}/close")
    def portal_my_case_close(self, case_id, **_kwargs):
        """Close one's own case, with a reason."""
        service, partner, case = self._find_own(case_id)
        if is_discard():
            return self._discard_step(service, case, STEP_CLOSE)
        if is_post() and (sent := service._get_sent(get_typed("once"))):
            return self._done(service, case, sent)
        if not service._may_close(partner, case):
            raise NotFound
        if not is_post():
            questions = service._get_close_form(partner, case)
            return self._show_reason(service, case, STEP_CLOSE, questions=questions)
        reason, form = get_typed("reason"), request.httprequest.form
        sent, questions, errors = service._close(partner, case, reason, form)
        if not sent:
            return self._show_reason(
                service, case, STEP_CLOSE, reason, errors, questions
            )
        return self._done(service, case, sent)

    @form_route(f"{CASE_URL}/reopen")
    def portal_my_case_reopen(self, case_id, **_kwargs):
        """Open one's own case again, with a reason."""
        service, partner, case = self._find_own(case_id)
        if is_discard():
            return self._discard_step(service, case, STEP_REOPEN)
        if is_post() and (sent := service._get_sent(get_typed("once"))):
            return self._done(service, case, sent)
        if not service._may_reopen(partner, case):
            raise NotFound
        if not is_post():
            return self._show_reason(service, case, STEP_REOPEN)
        reason = get_typed("reason")
        sent, errors = service._reopen(partner, case, reason, get_typed("once"))
        if errors:
            return self._show_reason(service, case, STEP_REOPEN, reason, errors)
        return self._done(service, case, sent)

    @route(
        "/aftersales/preview/<int:case_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def aftersales_preview(self, case_id, **_kwargs):
        """Show a colleague what the customer sees of a case."""
        service, _partner = self._get_service()
        found = service._get_preview(case_id)
        if not found:
            raise NotFound
        note, page = found
        return self._render(
            "aftersales_portal.portal_case_preview",
            "aftersales_preview",
            note=note,
            back=f"/odoo/aftersales.case/{case_id}",
            case=page,
            errors={},
            sent="",
        )

    def _discard_step(self, service, case, step):
        """Forget what was typed in a form about a case, and show it anew."""
        service._discard_draft(service._get_step_key(step, case))
        return request.redirect(f"{service._get_url(case.id)}/{step}", code=303)

    def _show_reason(self, service, case, step, reason="", errors=None, questions=None):
        draft = service._get_draft(service._get_step_key(step, case))
        return self._render(
            "aftersales_portal.portal_case_reason",
            "aftersales_case",
            status=422 if errors else 200,
            **service._get_brand(case),
            case=service._get_row(case, True),
            page_step=step,
            questions=questions or [],
            reason=reason if is_post() else draft["typed"].get("reason", ""),
            once=service._get_once(),
            draft=draft,
            errors=errors or {},
        )
