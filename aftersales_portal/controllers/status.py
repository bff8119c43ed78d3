from odoo.http import request, route

from ..engine.problem import Problem
from .api import API, OPEN, WebIntake


class WebStatus(WebIntake):
    """How far a report is, for who has its link."""

    @route(
        f"{API}/<string:channel>/cases/<string:link>",
        methods=["GET"],
        readonly=True,
        **OPEN,
    )
    def aftersales_api_status(self, channel, link):
        """Number, status and what happens next of what was reported by this channel."""
        found = self._get_channel()
        service = request.env["aftersales.portal.service"]._of_channel(found)
        status = service._get_link_status(found, link)
        if not status:
            raise Problem(
                404,
                "link_unknown",
                request.env._("This link does not work any more."),
            )
        return self._answer_once(status)
