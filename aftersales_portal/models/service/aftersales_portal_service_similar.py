from odoo import api, models
from odoo.fields import Domain

from odoo.addons.aftersales_case.const import (
    OPEN_STATES,
    SIMILAR_ALIKE,
    SIMILAR_COMPARED,
    SIMILAR_SHOWN,
)
from odoo.addons.aftersales_case.engine.similar import similarity

from ...engine import answers
from ...engine.texts import first_line
from .aftersales_portal_service_report import LONGEST_TITLE

# Fewer letters are like anything.
SHORTEST = 4


class AftersalesPortalService(models.AbstractModel):
    """Open cases that tell of the same trouble: shown before a customer tells it twice."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_similar(self, partner, text):
        """Return the open cases of a person that are like what he types.

        :param text: as typed; its first line is compared
        :returns: list of rows, as a list of cases has them
        """
        title = first_line(text, LONGEST_TITLE)
        if len(title) < SHORTEST:
            return []
        domain = self._get_seen_domain(partner)
        domain &= Domain("merged_into_id", "=", False)
        domain &= Domain("state", "in", OPEN_STATES)
        cases = self._get_cases().search_fetch(
            domain, ["name"], order="reported_at desc, id desc", limit=SIMILAR_COMPARED
        )
        alike = cases.filtered(
            lambda case: similarity(title, case.name) >= SIMILAR_ALIKE
        )[:SIMILAR_SHOWN]
        own = alike.filtered_domain(self._get_own_domain(partner))
        return [self._get_row(case, case in own) for case in alike]

    @api.model
    def _get_similar_to(self, partner, questions):
        """Return the open cases that are like what a form says, for its next page."""
        texts = [q["typed"] for q in questions if q["kind"] == answers.TEXT]
        return self._get_similar(partner, next(filter(None, texts), ""))
