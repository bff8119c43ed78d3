from odoo.http import Response, request, route

from ..const import PAGE_TYPE
from ..engine.bodies import get_digest
from .api import API, FRESH, OPEN, WebIntake


class WebForm(WebIntake):
    """Forms of channels: a script for pages of others, and what it shows."""

    @route(
        "/aftersales/embed.js",
        type=PAGE_TYPE,
        auth="public",
        methods=["GET"],
        csrf=False,
        save_session=False,
        readonly=True,
        sitemap=False,
        multilang=False,
    )
    def aftersales_embed(self):
        """The script that puts forms into pages, the same for all."""
        script = request.env["aftersales.portal.service"]._get_embed_script().encode()
        answer = Response(script, content_type="text/javascript; charset=utf-8")
        answer.headers["Cache-Control"] = f"public, max-age={FRESH}"
        answer.headers["Access-Control-Allow-Origin"] = "*"
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.set_etag(get_digest(script)[:32])
        return answer.make_conditional(request.httprequest)

    @route(f"{API}/<string:channel>/form", methods=["GET"], readonly=True, **OPEN)
    def aftersales_api_form(self, channel):
        """What a form on a page shows: types, questions, texts, limits."""
        found = self._get_channel()
        service = request.env["aftersales.portal.service"]._of_channel(found)
        if found.needs_token:
            # Of what only programs may send there is no form.
            raise self._get_unknown()
        self._ensure_open(found)
        form = service._get_web_form(found, request.httprequest.args)
        answer = self._answer_cached(form)
        answer.headers["Aftersales-Start"] = service._get_start(found)
        return answer
