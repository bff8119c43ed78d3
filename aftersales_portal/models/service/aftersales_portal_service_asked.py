from odoo import api, models

from odoo.addons.aftersales_case.const import CHANNEL_PORTAL


class AftersalesPortalService(models.AbstractModel):
    """The questions to a customer, for who is logged in."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_questions(self, partner, case):
        """Return what a case waits for its customer to answer.

        Who is only kept informed reads it, and has no ``url`` to answer.
        """
        if not case.is_asked or case.merged_into_id:
            return []
        answers = not self._is_only_informed(partner, case)
        return [
            {
                "name": asked.question_id.name,
                "url": answers and self._get_url(case.id, f"/questions/{asked.id}"),
            }
            for asked in case._get_open_questions()
        ]

    @api.model
    def _find_asked(self, partner, case_id, asked_id):
        """Return ``(case, question)`` with sudo, if this person answers it; else none."""
        case = self._find_case(partner, case_id)
        if case and self._is_only_informed(partner, case):
            return case, self.env["aftersales.question.asked"]
        # sudo: the case was found by who may see it
        asked = self.env["aftersales.question.asked"].sudo()
        domain = [("id", "=", asked_id), ("case_id", "in", case.ids)]
        found = asked.search(domain, limit=1) if case else asked
        return case, found.filtered(lambda one: one._is_read_by(partner))

    @api.model
    def _answer_asked(self, partner, asked, form, files):
        """Do what was sent from the page of a question.

        :returns: as ``_use_link``
        """
        page = asked._get_page()
        if not page:
            return "", None, {}, {}
        values, errors = self._read_link(page, form, files)
        typed = {name: value for name, value in values.items() if name != "files"}
        if errors or not values:
            return "", page, errors, typed
        done = asked._take(values, partner, CHANNEL_PORTAL)
        return done or "", asked._get_page() or None, {}, {}
