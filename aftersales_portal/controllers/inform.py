from werkzeug.exceptions import NotFound

from odoo.http import request

from .forms import CASE_URL, PortalCaseForms
from .portal import form_route, get_typed, is_post


class PortalCaseInform(PortalCaseForms):
    """Colleagues who are kept informed about a case."""

    @form_route(f"{CASE_URL}/inform")
    def portal_my_case_inform(self, case_id, **_kwargs):
        """Inform a colleague, or no more."""
        service, partner, case = self._find_own(case_id)
        may_inform = service._may_inform(partner, case)
        informed = service._get_informed(partner, case)
        if not may_inform and not any(row["may_drop"] for row in informed):
            raise NotFound
        if is_post() and (drop := get_typed("informed")):
            if not service._inform_no_more(partner, case, drop):
                raise NotFound
            return request.redirect(service._get_informed_url(partner, case), code=303)
        errors = {}
        if is_post():
            if not may_inform:
                raise NotFound
            errors = service._inform(
                partner, case, get_typed("person"), get_typed("once")
            )
            if not errors:
                return self._done(service, case, "informed")
        return self._render(
            "aftersales_portal.portal_case_inform",
            "aftersales_case",
            status=422 if errors else 200,
            case=service._get_row(case, True),
            informed=informed,
            colleagues=service._get_colleagues(partner, case) if may_inform else [],
            may_inform=may_inform,
            once=service._get_once(),
            errors=errors,
        )
