from contextlib import suppress

from odoo import SUPERUSER_ID, api, models
from odoo.tools.misc import format_date, formatLang

from ...engine import answers, schema
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
            question = questions.get(key, {"label": key, "kind": "", "options": []})
            options = dict(question["options"])
            values = value if isinstance(value, list) else [value]
            texts = [
                clean_text(
                    options.get(one)
                    or self._get_said_text(row.channel_id, question["kind"], one)
                )
                for one in values
            ]
            label = self.env._("Your Name") if key == REPORTER else question["label"]
            found.append((label, ", ".join(texts)))
        return found

    @api.model
    def _get_said_text(self, channel, kind, value):
        """Return a value of a report as people write it in their language.

        What cannot be read stays as it was sent.
        """
        if isinstance(value, bool):
            return self.env._("Yes") if value else self.env._("No")
        with suppress(TypeError, ValueError):
            read = schema.read_value(kind, value)
            if kind == answers.NUMBER:
                return formatLang(self.env, read)
            if kind == answers.DATE:
                return format_date(self.env, read)
            if kind == answers.MOMENT:
                # The clocks of the company count, as where it was typed.
                zone = channel.company_id.partner_id.tz or "UTC"
                return self.with_context(tz=zone)._format_moment(read)
        return str(value)
