import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import (
    CUSTOMER_KINDS,
    KIND_BUSINESS,
    KIND_CONSUMER,
    SIDE_CUSTOMER,
    SIDE_SUPPLIER,
)
from ...engine import match
from ...engine.match import Offer


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

    # === Matching === #

    def _find_policies(self):
        """Return ``{case: {side: policy}}``; sides without a policy are left out.

        The customer's agreement goes before that of his parent company, and that before
        what holds for everybody; then the one with more criteria; then the sequence.
        """
        # sudo: what holds for a case does not depend on who looks
        cases = self.sudo()
        sides = {SIDE_CUSTOMER: "partner_id", SIDE_SUPPLIER: "supplier_id"}
        result = {case: {} for case in self}
        for side, name in sides.items():
            offers = cases._get_offers(side)
            for case in cases:
                key = match.find(
                    offers.get(case.company_id.id, ()),
                    case._prepare_criteria(),
                    case._get_owners(name),
                    case._get_report_day(),
                )
                if key:
                    policy = self.env["aftersales.sla.policy"].browse(key)
                    result[self.browse(case.id)][side] = policy
        return result

    def _get_offers(self, side):
        """Return ``{company id: [Offer]}`` of the policies that may hold for one side."""
        name = "partner_id" if side == SIDE_CUSTOMER else "supplier_id"
        owners = {owner for case in self for owner in case._get_owners(name)}
        policies = self.env["aftersales.sla.policy"].sudo().search(
            Domain("company_id", "in", self.company_id.ids)
            & self._get_side_domain(side, owners)
        )
        offers = {}
        for policy in policies:
            offers.setdefault(policy.company_id.id, []).append(policy._get_offer())
        return offers

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
        zone = pytz.timezone(self.company_id.partner_id.tz or "UTC")
        return pytz.utc.localize(self.reported_at).astimezone(zone).date()

    def _prepare_criteria(self):
        """Hook: return ``{criterion: set of what the case has of it}``, ids and keys.

        The names are those of ``_get_criteria`` of the policy.
        """
        self.ensure_one()
        site = self.site_id or self.partner_id
        return {
            "type_id": {self.type_id.id},
            "category_id": _get_line(self.category_id),
            "priority": {self.priority},
            "product_categ_id": _get_line(
                self.product_categ_ids | self.product_ids.categ_id
            ),
            "product_id": set(self.product_ids.ids),
            "partner_category_id": set(
                (self.partner_id | self.partner_id.commercial_partner_id)
                .category_id.ids
            ),
            "country_id": {site.country_id.id},
            "country_state_id": {site.state_id.id},
            "customer_kind": {self.customer_kind},
        }


class AftersalesSlaPolicy(models.Model):
    _inherit = "aftersales.sla.policy"

    def _get_offer(self):
        """Return the policy as matching knows it."""
        self.ensure_one()
        agreement = self.agreement_id
        criteria = {}
        for name in self._get_criteria():
            value = self[name]
            if value:
                criteria[name] = value.id if isinstance(value, models.BaseModel) else value
        return Offer(
            key=self.id,
            criteria=criteria,
            owner=agreement.partner_id.id or None,
            sequence=self.sequence,
            periods=(
                (self.date_from, self.date_to),
                (agreement.start_date, agreement.end_date),
            ),
        )


def _get_line(records):
    """Return the ids of records of a tree, and of all above them."""
    return {
        int(part) for record in records for part in (record.parent_path or "").split("/") if part
    }
