from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.mail import email_normalize

from odoo.addons.aftersales_case.const import LINK_VIEW

from ...const import OFFER_HIDDEN
from ...engine.links import LinkPurpose


class AftersalesCase(models.Model):
    """The links to a case: who may have one, and what the page of it shows."""

    _inherit = "aftersales.case"

    link_ids = fields.One2many("aftersales.link", "case_id", "Links", readonly=True)

    @api.model
    def _get_link_purposes(self):
        return super()._get_link_purposes() | {
            LINK_VIEW: LinkPurpose(self.env._("See the status"), timedelta(days=90))
        }

    def _get_link_case(self):
        return self

    def _may_have_link(self, purpose, partner, address):
        """Give links to the customer's people, and to who reported it for them."""
        if purpose != LINK_VIEW:
            return self._acts_for_customer(partner, address)
        is_shown = self.type_id.portal_offer != OFFER_HIDDEN
        return is_shown and self._is_for_customer(partner, address)

    def _is_for_customer(self, partner, address):
        """Say whether somebody is one of the people of whom the case is, proven.

        :param partner: ``res.partner``; empty where only his address is known
        """
        self.ensure_one()
        service = self.env["aftersales.portal.service"]
        if not partner:
            proven = self.filtered_domain(service._get_proven_domain())
            return bool(proven and address) and address == email_normalize(
                self.email or ""
            )
        if not partner.partner_share or not partner.active:
            return False
        return service._is_own(partner, self) or bool(
            not self.confidential
            and self.filtered_domain(service._get_proven_domain())
            and self.partner_id
            and partner.commercial_partner_id == self.partner_id.commercial_partner_id
        )

    def _acts_for_customer(self, partner, address):
        """Say whether somebody decides for the customer by what he was sent.

        Whom the customer's people only keep informed gets the same letters: he reads.
        """
        service = self.env["aftersales.portal.service"]
        return self._is_for_customer(partner, address) and not (
            service._is_only_informed(partner, self)
        )

    def _make_link(self, purpose, partner, valid=None, address=""):
        """Lead who has a log-in to his page, not to one that a link opens to anybody."""
        if purpose == LINK_VIEW and (url := self._get_customer_url(partner)):
            return url
        return super()._make_link(purpose, partner, valid=valid, address=address)

    def _get_link_survivor(self, link):
        """Return the case in which this one goes on, where the receiver may have that."""
        case = self._get_survivor()
        is_his = case._may_have_link(link.purpose, link.partner_id, link.email or "")
        return case if is_his else self

    def _get_link_page(self, link):
        if link.purpose != LINK_VIEW:
            return super()._get_link_page(link)
        case = self._get_link_survivor(link)
        service = self.env["aftersales.portal.service"]
        stage_link = service._get_stage_link(case)
        return {
            "title": f"{case.type_id._get_portal_word()} {case.number}",
            "body": self.env["ir.qweb"]._render(
                "aftersales_portal.link_view",
                {
                    "status": case.customer_status,
                    "next_step": stage_link and stage_link._get_customer_next(),
                    "promised": service._get_promise(case),
                },
            ),
            "fields": [],
            "buttons": [],
        }
