from odoo import api, models
from odoo.fields import Domain

from odoo.addons.aftersales_case.const import CLAIM_SLIP

from ...const import OFFER_HIDDEN, TYPE_TEXTS


class AftersalesPortalService(models.AbstractModel):
    """What customers see and do of cases: the only place of this addon with ``sudo``.

    Customers have no access to any model of cases. Controllers ask here, and get plain
    values; nothing of a case leaves this class that its domain, the type's settings and
    the field rules do not show.

    Every method takes ``partner``, the person whose eyes look. It runs as the user of the
    request, who is another one where an agent looks at what his customer sees.
    """

    _name = "aftersales.portal.service"
    _description = "Service of the Customer Portal"

    # === Which cases === #

    @api.model
    def _get_cases(self):
        """Return the model of cases, with sudo: every method narrows by a domain."""
        # sudo: customers have no access to cases; see the class
        return self.env["aftersales.case"].sudo()

    @api.model
    def _get_own_domain(self, partner):
        """Return the domain of the cases that are this person's own.

        Own is what he reported, or whose contact he is at its customer; and proven: a
        claim that nobody has confirmed shows nothing.
        """
        customer = partner.commercial_partner_id
        at_customer = Domain("partner_id.commercial_partner_id", "=", customer.id)
        contact = Domain("contact_id", "=", partner.id)
        if partner == customer:
            contact |= Domain("contact_id", "=", False)
        # Who reported it for a customer that it is no longer of, has left it.
        reporter = Domain("reporter_id", "=", partner.id) & Domain(
            "portal_left_id", "!=", partner.id
        )
        return self._get_proven_domain() & (reporter | (contact & at_customer))

    @api.model
    def _get_proven_domain(self):
        """Return the domain of the cases of which it is certain whose they are."""
        return Domain("claim_reason", "in", [False, CLAIM_SLIP]) | Domain(
            "partner_id", "!=", False
        )

    @api.model
    def _get_seen_domain(self, partner):
        """Return the domain of all cases that this person sees: own and colleagues'."""
        # sudo: set by agents, read here for whom it is about
        sharing = self.env["aftersales.portal.sharing"].sudo()
        mine = self._get_own_domain(partner) | sharing._get_shared_domain(partner)
        mine |= self._get_informed_domain(partner)
        return Domain("type_id.portal_offer", "!=", OFFER_HIDDEN) & mine

    @api.model
    def _find_case(self, partner, case_id):
        """Return the case of an id, with sudo, if this person sees it; else none.

        Whether it does not exist or is not his, nobody can tell.
        """
        domain = Domain("id", "=", case_id) & self._get_seen_domain(partner)
        cases = self._get_cases()
        return cases.search_fetch(domain, self._get_columns(cases), limit=1)

    @api.model
    def _get_columns(self, records):
        """Return the fields that are read together with the first of them."""
        return [
            name
            for name, field in records._fields.items()
            if field.store and field.column_type and field.prefetch is True
        ]

    @api.model
    def _find_survivor(self, partner, case):
        """Return the case in which a merged one goes on, if this person sees that too."""
        return self._find_case(partner, case._get_survivor().id)

    @api.model
    def _is_own(self, partner, case):
        return bool(case.filtered_domain(self._get_own_domain(partner)))

    # === Words === #

    @api.model
    def _get_offered_types(self):
        """Return the types of which customers see something, with sudo."""
        # sudo: what they are called; customers have no access to types
        types = self.env["aftersales.case.type"].sudo()
        company = Domain("company_id", "in", [False, self.env.company.id])
        return types.search_fetch(
            Domain("portal_offer", "!=", OFFER_HIDDEN) & company,
            ["name", "description", "portal_offer", *TYPE_TEXTS],
        )

    @api.model
    def _get_menu_words(self):
        """Return what stands in the menu: the type's own word where there is but one."""
        types = self._get_offered_types()
        return (len(types) == 1 and types.portal_words) or self.env._("Cases")
