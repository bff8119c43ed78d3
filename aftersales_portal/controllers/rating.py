from werkzeug.exceptions import BadRequest, NotFound

from odoo.http import request, route

from odoo.addons.rating.controllers.main import Rating

from ..const import LONGEST_TEXT
from .links import HEADERS
from .portal import get_typed, is_post


class CaseRating(Rating):
    """The page of the link by which a closed case is rated: while it is still his.

    It shows what can be chosen, and nothing of the case or of what was said before. A
    closing is rated once: whoever comes later is thanked.
    """

    @route()
    def action_open_rating(self, token, rate, **kwargs):
        rating, _case = self._get_rating_and_record(token)
        if not _is_of_case(rating):
            return super().action_open_rating(token, rate, **kwargs)
        if rating.consumed:
            return self._thank(rating)
        response = super().action_open_rating(token, rate, **kwargs)
        response.headers.update(HEADERS)
        return response

    @route()
    def action_submit_rating(self, token, rate=0, **kwargs):
        rating, case = self._get_rating_and_record(token)
        if not _is_of_case(rating):
            return super().action_submit_rating(token, rate=rate, **kwargs)
        if is_post():
            service = request.env["aftersales.portal.service"]
            said = get_typed("feedback")[:LONGEST_TEXT]
            if service._rate(rating.partner_id, case, get_typed("rate"), said):
                raise BadRequest
        return self._thank(rating)

    def _thank(self, rating):
        page = (
            request.env["ir.ui.view"]
            .with_context(lang=rating.partner_id.lang or request.env.lang)
            ._render_template(
                "rating.rating_external_page_view",
                {"web_base_url": rating.get_base_url(), "rating": rating},
            )
        )
        return request.make_response(page, list(HEADERS.items()))

    def _get_rating_and_record(self, token):
        rating, record = super()._get_rating_and_record(token)
        if _is_of_case(rating):
            user = request.env.user
            ours, his = user.partner_id, rating.partner_id
            # Core would tell somebody else, by name, that it is not his.
            is_other = ours.commercial_partner_id != his.commercial_partner_id
            if not record._is_open_to(rating) or (not user._is_public() and is_other):
                raise NotFound
        return rating, record


def _is_of_case(rating):
    return rating.res_model == "aftersales.case"
