import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.mail import email_normalize
from odoo.tools.misc import hmac

from odoo.addons.aftersales_case.const import LINK_VIEW

from ...const import LINK_REPORT, OFFER_HIDDEN
from ...engine.links import LinkPurpose


class AftersalesCase(models.Model):
    """Links to a case for who reported it by a channel of the web.

    They show what he said himself, number and status; more only to the address of a case
    of which it is certain whose it is.
    """

    _inherit = "aftersales.case"

    @api.model
    def _get_link_purposes(self):
        return super()._get_link_purposes() | {
            LINK_REPORT: LinkPurpose(
                self.env._("Follow a web report"), timedelta(days=90)
            )
        }

    def _may_have_link(self, purpose, partner, address):
        if purpose != LINK_REPORT:
            return super()._may_have_link(purpose, partner, address)
        if partner or self.type_id.portal_offer == OFFER_HIDDEN:
            return False
        return not address or address == email_normalize(self.email or "")

    def _make_link(self, purpose, partner, valid=None, address=""):
        """Lead who is known by his report only to what he reported."""
        is_known = partner or not address
        row = None if is_known else self._find_report(address)
        if row and purpose == LINK_VIEW:
            return self._make_report_link(row, address, valid)
        return super()._make_link(purpose, partner, valid=valid, address=address)

    def _find_report(self, address):
        """Return the last row of what an address reported of this case by the web."""
        self.ensure_one()
        return self.intake_ids.filtered(
            lambda row: row.channel_id and row.email_normalized == address
        )[:1]

    def _make_report_link(self, row, address="", valid=None, secret=None):
        """Return the address of a link to a report; False where nobody gets one.

        :param row: of the intake
        :param address: to which it is mailed; "" hands it to whoever sent the report
        """
        nobody = self.env["res.partner"]
        if not self._may_have_link(LINK_REPORT, nobody, address):
            return False
        links = self.env["aftersales.link"]
        return links._make(
            self, LINK_REPORT, nobody, valid, address, secret, intake_id=row.id
        )

    def _get_receipt_secret(self):
        """Return the secret of the link that the answer to the report of this case has.

        Worked out, so that the same answer can be given twice and is kept nowhere.
        """
        self.ensure_one()
        # sudo: the secret of the database, of which only a hash leaves this method
        key = hmac(self.env(su=True), "aftersales-receipt", str(self.id))
        return base64.urlsafe_b64encode(bytes.fromhex(key)).rstrip(b"=").decode()

    # === What it shows === #

    def _get_link_survivor(self, link):
        # Who proved nothing learns nothing of the case in which his goes on.
        if link.purpose == LINK_REPORT and not link.email:
            return self
        return super()._get_link_survivor(link)

    def _get_link_page(self, link):
        if link.purpose != LINK_REPORT:
            return super()._get_link_page(link)
        status = self._get_report_status(link)
        case = self._get_link_survivor(link)
        service = self.env["aftersales.portal.service"]
        return {
            "title": f"{case.type_id._get_portal_word()} {status['number']}",
            "body": self.env["ir.qweb"]._render(
                "aftersales_portal.link_report",
                status
                | {
                    "promised": status["promised"] and service._get_promise(case),
                    "is_merged": bool(case.merged_into_id),
                    "answers": service._get_said_answers(link.intake_id),
                },
            ),
            "fields": [],
            "buttons": [],
        }

    def _get_report_status(self, link):
        """Return what is told of a reported case; the promise only to who may know it."""
        case = self._get_link_survivor(link)
        stage = case.type_id._get_links().get((case.type_id.id, case.stage_id.id))
        promised = False
        if case.type_id.portal_promise and case._is_for_customer(
            link.partner_id, link.email or ""
        ):
            promised = case._get_promised_at()[case]
        return {
            "number": case.number,
            "status": case.customer_status,
            "next": stage._get_customer_next() if stage else "",
            "reported": _tell_moment(case.reported_at),
            "promised": _tell_moment(promised),
            "closed": _tell_moment(case.closed_at),
        }

    # === Language === #

    @api.depends("intake_ids")
    def _compute_letter_language(self):
        """Who has no language here is answered in that of the form he filled in."""
        result = super()._compute_letter_language()
        for case in self:
            if case.contact_id or case.partner_id:
                continue
            # sudo: the language of a form is no secret to who writes to its sender
            said = case.sudo().intake_ids.filtered("report_lang")[:1].report_lang
            case.letter_language = said or case.letter_language
        return result


def _tell_moment(moment):
    """Return a moment as programs read it (RFC 3339), or None."""
    return fields.Datetime.to_datetime(moment).isoformat() + "Z" if moment else None
