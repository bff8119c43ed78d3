from odoo.http import Controller, request, route

from ..const import PAGE_TYPE
from ..engine import logs
from .portal import is_post, is_readonly

# A browser tells no other site the address, no search engine keeps it.
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    # Nobody has it clicked on a page of his own.
    "Content-Security-Policy": "frame-ancestors 'none'",
}
# Whoever reads the log of the server has no secret of a link.
logs.install()


class AftersalesLinks(Controller):
    """The page of a link: GET shows, POST acts, both by the secret alone."""

    @route(
        "/aftersales/l/<string:secret>",
        type=PAGE_TYPE,
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        readonly=is_readonly,
    )
    def aftersales_link(self, secret):
        """What one receiver sees and does without a log-in."""
        service = request.env["aftersales.portal.service"]
        link = service._find_link(secret)
        done, errors, typed = "", {}, {}
        if link and is_post():
            http = request.httprequest
            done, page, errors, typed = service._use_link(link, http.form, http.files)
        else:
            found = service._get_link_page(link)
            page = found and found[1]
        status = 422 if errors else 200
        if not page and not done:
            status, link = 404, link.browse()
        if link:
            request.update_context(lang=service._get_link_lang(link))
        lang = request.env.lang or "en_US"
        response = request.render(
            "aftersales_portal.link_page",
            {
                "page": page,
                "done": done,
                "errors": errors,
                "typed": typed,
                "company": service._get_link_company(link),
                "html_data": {"lang": lang.replace("_", "-")},
            },
        )
        response.status_code = status
        response.headers.update(HEADERS)
        return response
