from odoo import SUPERUSER_ID, api, models

from ...engine.texts import clean_text
from ..link.aftersales_link import LINK_URL
from .aftersales_portal_service_stranger import REPORTER, START, TRAP, TYPE


class AftersalesPortalService(models.AbstractModel):
    """What who reported by a channel of the web is told afterwards."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_answer(self, receipt):
        """Return a receipt with the address of its link, which is kept nowhere.

        :param receipt: as ``_get_receipt`` gives it, now or when the report came first
        """
        case = self._get_cases().browse(receipt["link"] or [])
        return receipt | {
            "link": f"{case.get_base_url()}{LINK_URL}/{case._get_receipt_secret()}"
            if case
            else None
        }

    @api.model
    def _get_link_status(self, channel, secret):
        """Return the status that a link of a channel opens, or None.

        Unknown, expired, revoked and another channel's cost the same single query.
        """
        link = self._find_link(secret)
        if not link or link.channel_id != channel:
            return None
        # What follows is nobody's doing: see _get_link_page.
        as_system = link.with_user(SUPERUSER_ID).sudo()  # sudo: the secret is the right
        case = as_system._get_record()
        if not case or not case._may_have_link(
            link.purpose, link.partner_id, link.email or ""
        ):
            return None
        return case._get_report_status(link)

    @api.model
    def _get_said_answers(self, row):
        """Return ``[(label, text)]`` of what a reporter said himself.

        Nothing is left of it once its original was deleted.

        :param row: of the intake, with sudo
        """
        said = row._read_said() if row.source else {}
        _case, asked = (
            self._get_stranger_form(row.channel_id, row.type_id)
            if said and row.type_id
            else (None, [])
        )
        questions = {question["key"]: question for question in asked}
        found = []
        for key, value in said.items():
            if key in (TYPE, START, TRAP):
                continue
            question = questions.get(key, {"label": key, "options": []})
            options = dict(question["options"])
            values = value if isinstance(value, list) else [value]
            texts = [clean_text(str(options.get(one, one))) for one in values]
            label = self.env._("Your Name") if key == REPORTER else question["label"]
            found.append((label, ", ".join(texts)))
        return found
