from odoo import api, models

from ...const import RATINGS


class AftersalesPortalService(models.AbstractModel):
    """Customers rate how their case was handled."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_rating(self, partner, case):
        """Return how a case is, or may be, rated; None where nobody is asked.

        :returns: dictionary with ``word``, what was said, empty before
        """
        if not case._is_rated_by_customer() or not self._may_decide(partner, case):
            return None
        rating = case._find_rating()
        words = case._get_rating_words()
        return {"word": words.get(int(rating.rating), "") if rating.consumed else ""}

    @api.model
    def _get_rating_form(self, case):
        """Return ``[(key, label, picture)]`` of what can be chosen."""
        return [
            (str(value), word, f"/rating/static/src/img/rating_{value}.svg")
            for value, word in case._get_rating_words().items()
        ]

    @api.model
    def _rate(self, partner, case, value, feedback):
        """Rate this closing of a case, once.

        :param value: key of ``_get_rating_form``, as sent
        :returns: ``{field: sentence}`` of what keeps it from being rated
        """
        feedback, errors = feedback.strip(), {}
        if value not in map(str, RATINGS):
            errors["value"] = self.env._("Choose how satisfied you are.")
        if error := self._judge_text(feedback):
            errors["feedback"] = error
        if errors:
            return errors
        self._hold_case(case)
        rating = case._open_rating()
        if rating.consumed:
            return {}  # a second click, another tab, the link of the mail
        rating.partner_id = partner
        case.rating_apply(int(value), rating=rating, feedback=feedback or None)
        return {}
