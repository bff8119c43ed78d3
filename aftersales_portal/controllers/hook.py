from odoo.http import Response, request, route

from ..const import REFUSED_SIZE, REFUSED_TOKEN
from ..engine.bodies import MOST_JSON, Report
from ..engine.problem import Problem
from .api import API, OPEN, WebIntake

SIGNATURE = "X-WPForms-Webhook-Signature"


class WebHook(WebIntake):
    """Where plug-ins of forms on websites send what they got.

    They show visitors whatever is not 200 as an error, and show nothing of ours: the
    answer is always the same, what is wrong stands in the inbox.
    """

    @route(
        [
            f"{API}/<string:channel>/hook",
            f"{API}/<string:channel>/hook/<string:token>",
        ],
        methods=["POST"],
        **OPEN,
    )
    def aftersales_api_hook(self, channel, token=""):
        """Keep what a form was filled in with."""
        found = request.aftersales_channel
        if found:
            service = request.env["aftersales.portal.service"]._of_channel(found)
            try:
                self._keep(service, found, token)
            except Problem as problem:
                service._keep_refused(found, Report(), problem)
        return Response("{}", content_type="application/json")

    def _keep(self, service, channel, token):
        sent = request.httprequest
        scheme, _space, shown = sent.headers.get("Authorization", "").partition(" ")
        token = token or (shown.strip() if scheme.lower() == "bearer" else shown)
        if not channel._is_hook_token(token):
            # Who guesses is counted by his address.
            self._ensure_few(service, channel, Report())
            raise Problem(401, "token", "", reason=REFUSED_TOKEN)
        if sent.content_length is None or sent.content_length > MOST_JSON:
            service._count_arrival(channel, None, is_known=True)
            raise Problem(413, "too_large", "", reason=REFUSED_SIZE)
        content = sent.get_data(cache=True)
        signature = sent.headers.get(SIGNATURE, "")
        service._keep_hooked(channel, content, sent.mimetype, signature)
