from werkzeug.exceptions import NotFound

from odoo.http import request

from ..const import STEP_REFUSE
from .forms import CASE_URL, PortalCaseForms
from .portal import form_route, get_typed, is_discard, is_post

TYPED = ("name", "comment", "tick", "signature", "proposal")


class PortalCaseDecision(PortalCaseForms):
    """Forms by which a customer accepts, refuses or rates what his case shows him."""

    def _find_decision(self, case_id):
        """Return service, person, case and what it asks the person to decide.

        :raises NotFound: for who sees nothing of it, or decides nothing
        """
        service, partner, case = self._find_own(case_id)
        decision = service._get_decision(partner, case)
        if not decision:
            raise NotFound
        return service, partner, case, decision["state"] == "open"

    @form_route(f"{CASE_URL}/agree")
    def portal_my_case_agree(self, case_id, **_kwargs):
        """Accept and sign what the case shows."""
        service, partner, case, is_open = self._find_decision(case_id)
        if not is_open:  # a second click, another tab, a colleague
            return request.redirect(service._get_url(case.id), code=303)
        typed, errors = {"name": partner.name or ""}, {}
        if is_post():
            typed = {name: get_typed(name) for name in TYPED}
            errors = service._agree(
                partner, case, typed, request.httprequest.remote_addr
            )
            if not errors:
                return self._done(service, case, "agreed")
        shown, _text, digest = service._get_proposal(case)
        return self._render(
            "aftersales_portal.portal_case_agree",
            "aftersales_case",
            status=422 if errors else 200,
            case=service._get_row(case, True) | shown,
            typed=typed,
            proposal=digest,
            errors=errors,
        )

    @form_route(f"{CASE_URL}/refuse")
    def portal_my_case_refuse(self, case_id, **_kwargs):
        """Refuse what the case shows, with a reason."""
        service, partner, case, is_open = self._find_decision(case_id)
        if not is_open:
            return request.redirect(service._get_url(case.id), code=303)
        if is_discard():
            return self._discard_step(service, case, STEP_REFUSE)
        errors, reason, text = {}, get_typed("reason"), get_typed("text")
        if is_post():
            goes_on, errors = service._refuse(
                partner, case, reason, text, get_typed("once")
            )
            if not errors:
                return self._done(service, case, "refused" if goes_on else "asked")
        draft = service._get_draft(service._get_step_key(STEP_REFUSE, case))
        if not is_post():
            reason, text = (draft["typed"].get(name, "") for name in ("reason", "text"))
        return self._render(
            "aftersales_portal.portal_case_refuse",
            "aftersales_case",
            status=422 if errors else 200,
            case=service._get_row(case, True),
            reasons=service._get_refusal_reasons(case),
            reason=reason,
            text=text,
            once=service._get_once(),
            draft=draft,
            errors=errors,
        )

    @form_route(f"{CASE_URL}/rate")
    def portal_my_case_rate(self, case_id, value="", **_kwargs):
        """Rate how the case was handled."""
        service, partner, case = self._find_own(case_id)
        rating = service._get_rating(partner, case)
        if not rating:
            raise NotFound
        if rating["word"]:
            return request.redirect(service._get_url(case.id), code=303)
        feedback, errors = "", {}
        if is_post():
            value, feedback = get_typed("value"), get_typed("feedback")
            errors = service._rate(partner, case, value, feedback)
            if not errors:
                return self._done(service, case, "rated")
        return self._render(
            "aftersales_portal.portal_case_rate",
            "aftersales_case",
            status=422 if errors else 200,
            case=service._get_row(case, True),
            choices=service._get_rating_form(case),
            value=value,
            feedback=feedback,
            errors=errors,
        )
