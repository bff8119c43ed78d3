from werkzeug.exceptions import NotFound

from odoo.http import request, route

from ..const import DRAFT_SAVED, LIST_URL
from .portal import PortalCases, get_files, is_post


class PortalCaseDrafts(PortalCases):
    """What is typed in forms is saved before it is sent."""

    @route(
        f"{LIST_URL}/draft", type="http", auth="user", methods=["POST"], website=True
    )
    def portal_case_draft(self, **_kwargs):
        """Save what a form says so far; the page learns what became of it."""
        if not is_post():
            raise NotFound
        service, partner = self._get_service()
        uploads, _dropped = get_files()
        saved = service._save_draft(partner, request.httprequest.form, uploads)
        if not saved:
            raise NotFound
        response = request.render("aftersales_portal.portal_draft_saved", saved)
        response.status_code = 200 if saved["state"] == DRAFT_SAVED else 409
        response.headers["Cache-Control"] = "no-store"
        return response
