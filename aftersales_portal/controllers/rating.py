from werkzeug.exceptions import NotFound

from odoo.addons.rating.controllers.main import Rating


class CaseRating(Rating):
    """The page of the link by which a closed case is rated: while it is still his."""

    def _get_rating_and_record(self, token):
        rating, record = super()._get_rating_and_record(token)
        if rating.aftersales_closing and not record._is_rating_of_customer(rating):
            raise NotFound
        return rating, record
