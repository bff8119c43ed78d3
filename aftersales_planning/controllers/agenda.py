from werkzeug.exceptions import NotFound

from odoo.http import Controller, Response, request, route

from odoo.addons.aftersales_portal.const import LIST_URL, PAGE_TYPE

CALENDAR = "text/calendar; charset=utf-8"
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class AftersalesAgenda(Controller):
    """Visits as files of calendars: a technician's, and one for the customer."""

    @route(
        "/aftersales/feed/<string:secret>.ics",
        type=PAGE_TYPE,
        auth="public",
        methods=["GET"],
        csrf=False,
        save_session=False,
        readonly=True,
    )
    def aftersales_feed(self, secret):
        """The visits of one technician, by the secret alone; it changes nothing."""
        content = request.env["aftersales.portal.service"]._get_feed(secret)
        if content is None:
            response = Response("", status=404, content_type="text/plain")
            response.headers.update({"Cache-Control": "no-store", **HEADERS})
            return response
        response = Response(content, content_type=CALENDAR)
        response.headers.update({"Cache-Control": "private, max-age=300", **HEADERS})
        response.add_etag()
        return response.make_conditional(request.httprequest)

    @route(
        f"{LIST_URL}/<int:case_id>/visits/<int:visit_id>.ics",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_visit_file(self, case_id, visit_id, **_kwargs):
        """A promised visit, for the customer's own calendar."""
        service = request.env["aftersales.portal.service"]
        partner = request.env.user.partner_id
        content = service._get_visit_file(partner, case_id, visit_id)
        if not content:
            raise NotFound
        headers = {
            "Content-Type": CALENDAR,
            "Content-Disposition": f'attachment; filename="visit-{visit_id}.ics"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return request.make_response(content, list(headers.items()))
