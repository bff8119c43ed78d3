from odoo import SUPERUSER_ID, api, models

from ...const import BOOKED_STATES, CONFIRMED
from ...engine import ics
from .resource_resource_feed import FEED


class AftersalesPortalService(models.AbstractModel):
    """Calendars for who has no access to visits: technicians' programs, and customers."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_feed(self, secret):
        """Return the file of a technician's calendar, or None.

        What is unknown, another's, revoked and of another purpose, nobody tells apart.
        """
        link = self._find_link(secret)
        if link.purpose != FEED or link.res_model != "resource.resource":
            return None
        # What follows is nobody's doing: the program that asks is no user.
        as_system = link.with_user(SUPERUSER_ID).sudo()  # sudo: as in _find_link
        resource = as_system._get_record()
        if not resource or not resource._may_have_link(FEED, link.partner_id, ""):
            return None
        # What he calls things himself: the program says nothing of a language.
        lang = link.sudo().partner_id.lang or self.env.lang  # sudo: as above
        return resource.with_context(lang=lang)._get_feed()

    @api.model
    def _get_visit_file(self, partner, case_id, visit_id):
        """Return the file of a visit for a customer's own calendar, or None.

        It says what he was promised: the window, not when we come within it, nor who.

        :param partner: ``res.partner`` whose eyes look
        """
        case = self._find_case(partner, case_id)
        visits = case.visit_ids.filtered(
            lambda visit: visit.id == visit_id and visit._has_customer_file()
        )
        return visits._get_customer_file() if visits else None

    @api.model
    def _get_told_visit(self, visit):
        url = f"/my/cases/{visit.case_id.id}/visits/{visit.id}.ics"
        offered = visit._has_customer_file()
        return super()._get_told_visit(visit) | {"calendar_url": offered and url}


class AftersalesVisit(models.Model):
    _inherit = "aftersales.visit"

    def _has_customer_file(self):
        """Say whether the customer was promised a time of this visit, to come."""
        self.ensure_one()
        promised = self.window_from and self.window_to
        return self.state in BOOKED_STATES and bool(promised)

    def _get_customer_file(self):
        """Return the file of a promised visit for the customer's calendar."""
        self.ensure_one()
        is_confirmed = self.state == CONFIRMED
        entry = ics.Entry(
            uid=self._get_uid(),
            sequence=self.revision,
            stamp=self.write_date,
            start=self.window_from,
            stop=self.window_to,
            summary=self.env._(
                "Visit of %(company)s (%(case)s)",
                company=self.company_id.name,
                case=self.case_id.number,
            ),
            status=ics.CONFIRMED if is_confirmed else ics.TENTATIVE,
            location=self.site_id.partner_id.contact_address_inline or "",
        )
        return ics.build("", [entry])
