import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import (
    CUSTOMER_KINDS,
    KIND_BUSINESS,
    KIND_CONSUMER,
    SIDE_CUSTOMER,
    SIDE_SUPPLIER,
    SIDES,
)
from ...engine import match
from ...engine.match import Offer

# Whose agreement each side's policies are of.
PARTNERS = {SIDE_CUSTOMER: "partner_id", SIDE_SUPPLIER: "supplier_id"}


class AftersalesCase(models.Model):
    """Which policies hold for a case: one towards the customer, one of the supplier."""

    _inherit = "aftersales.case"

    customer_kind = fields.Selection(
        CUSTOMER_KINDS,
        "Kind of Customer",
        compute="_compute_customer_kind",
        store=True,
        readonly=False,
        help="Companies, and whoever has a tax number, are businesses.",
    )

    @api.depends("partner_id")
    def _compute_customer_kind(self):
        for case in self:
            # sudo: what kind of customer it is, not who
            partner = case.partner_id.sudo().commercial_partner_id
            if not partner:
                case.customer_kind = False
            elif partner.is_company or partner.vat:
                case.customer_kind = KIND_BUSINESS
            else:
                case.customer_kind = KIND_CONSUMER

    def action_explain_policy(self):
        """Open the dialog that tells which policy holds for this case, and why.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("read")
        return self.env["aftersales.sla.policy"]._prepare_match_action(
            default_case_id=self.id
        )

    # === Matching === #

    def _find_policies(self):
        """Return ``{case: {side: policy}}``; sides without a policy are left out.

        The customer's agreement goes before that of his parent company, and that before
        what holds for everybody; then the one with more criteria; then the sequence.
        Where a policy was changed from a date on, and running cases moved over, the new
        one holds.
        """
        # sudo: what holds for a case does not depend on who looks
        cases = self.sudo()
        offers = {side: cases._get_offers(side) for side in SIDES}
        cases._read_criteria(
            {
                name
                for some in offers.values()
                for known in some.values()
                for offer in known
                for name in offer.criteria
            }
        )
        result = {case: {} for case in self}
        for side in SIDES:
            for case in cases:
                known = offers[side].get(case.company_id.id)
                if not known:
                    continue
                key = match.find(known, *case._get_match_facts(side))
                policy = cases.env["aftersales.sla.policy"].browse(key or ())
                if holding := policy._get_holding(case):
                    # sudo: off again, where the caller has none
                    result[self.browse(case.id)][side] = holding.sudo(self.env.su)
        return result

    def _get_match_facts(self, side):
        """Return what a policy of one side is matched with: facts, owners, day."""
        self.ensure_one()
        owners = self._get_owners(PARTNERS[side])
        return self._prepare_criteria(), owners, self._get_report_day()

    def _get_offers(self, side):
        """Return ``{company id: [Offer]}`` of the policies that may hold for one side."""
        offers = {}
        for policy in self._get_candidates(side):
            offers.setdefault(policy.company_id.id, []).append(policy._get_offer())
        return offers

    def _get_candidates(self, side):
        """Return the policies that may hold: for everybody, and of these customers.

        An archived one is among them where its running cases moved over to another.
        """
        owners = {owner for case in self for owner in case._get_owners(PARTNERS[side])}
        # sudo: what may hold for a case does not depend on who looks
        policies = (
            self.env["aftersales.sla.policy"].sudo().with_context(active_test=False)
        )
        return policies.search_fetch(
            Domain("company_id", "in", self.company_id.ids)
            & (Domain("active", "=", True) | Domain("is_moved_over", "=", True))
            & self._get_side_domain(side, owners)
        ).with_context(active_test=True)

    @api.model
    def _get_side_domain(self, side, owners):
        theirs = (
            Domain("agreement_id.partner_id", "in", list(owners))
            & Domain("agreement_id.is_template", "=", False)
            & Domain("agreement_id.active", "=", True)
        )
        if side == SIDE_SUPPLIER:
            return theirs & Domain("agreement_id.domain", "=", "purchase")
        return Domain("agreement_id", "=", False) | (
            theirs & Domain("agreement_id.domain", "=", "sale")
        )

    def _get_owners(self, name):
        """Return the ids of a partner of the case and his parents, the nearest first."""
        partner, owners = self[name], []
        while partner and partner.id not in owners:
            owners.append(partner.id)
            partner = partner.parent_id
        return owners

    def _get_report_day(self):
        """Return the local date of the report, by which validity is judged."""
        return self.company_id._get_sla_day(self.reported_at)

    def _read_criteria(self, names):
        """Hook: read at once what ``_prepare_criteria`` reads of each case.

        There a case and its partners are joined, which narrows what is prefetched.

        :param names: of the criteria that any policy has
        """
        partners = self.partner_id | self.site_id
        told = ["country_id", "state_id"]
        if "partner_category_id" in names:
            told.append("category_id")
        (partners | partners.commercial_partner_id).fetch(told)
        if {"product_categ_id", "product_id"} & set(names):
            goods = self.product_categ_ids | self.product_ids.categ_id
            goods.fetch(["parent_path"])

    def _prepare_criteria(self):
        """Hook: return ``{criterion: set of what the case has of it}``, ids and keys.

        The names are those of ``_get_criteria`` of the policy. What takes a query to read
        is a function that returns the set, called where a policy asks for it.
        """
        self.ensure_one()
        site = self.site_id or self.partner_id
        return {
            "type_id": {self.type_id.id},
            "category_id": _get_line(self.category_id),
            "priority": {self.priority},
            "product_categ_id": lambda: _get_line(
                self.product_categ_ids | self.product_ids.categ_id
            ),
            "product_id": lambda: set(self.product_ids.ids),
            "partner_category_id": lambda: set(
                (
                    self.partner_id | self.partner_id.commercial_partner_id
                ).category_id.ids
            ),
            "country_id": {site.country_id.id},
            "country_state_id": {site.state_id.id},
            "customer_kind": {self.customer_kind},
        }


class ResCompany(models.Model):
    """Days where a company is."""

    _inherit = "res.company"

    def _get_sla_day(self, moment):
        """Return the date of a moment where the company is."""
        zone = pytz.timezone(self.partner_id.tz or "UTC")
        return pytz.utc.localize(moment).astimezone(zone).date()


class AftersalesSlaPolicy(models.Model):
    _inherit = "aftersales.sla.policy"

    def action_which_wins(self):
        """Open the dialog that tells when this policy holds, and when another one.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("read")
        purchased = self.agreement_id.domain == "purchase"
        partner = self.agreement_id.partner_id.id
        return self._prepare_match_action(
            default_policy_id=self.id,
            default_side=SIDE_SUPPLIER if purchased else SIDE_CUSTOMER,
            **{f"default_{'supplier_id' if purchased else 'partner_id'}": partner},
        )

    @api.model
    def _prepare_match_action(self, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_sla.aftersales_sla_match_action"
        )
        return action | {"context": context}

    def _get_offer(self):
        """Return the policy as matching knows it."""
        self.ensure_one()
        agreement = self.agreement_id
        criteria = {}
        for name in self._get_criteria():
            value = self[name]
            if value:
                criteria[name] = (
                    value.id if isinstance(value, models.BaseModel) else value
                )
        return Offer(
            key=self.id,
            criteria=criteria,
            owner=agreement.partner_id.id or None,
            sequence=self.sequence,
            periods=self._get_periods(),
        )


def _get_line(records):
    """Return the ids of records of a tree, and of all above them."""
    return {
        int(part)
        for record in records
        for part in (record.parent_path or "").split("/")
        if part
    }
