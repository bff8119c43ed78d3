from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.aftersales_case.const import PRIORITIES

from ...const import CUSTOMER_KINDS


class AftersalesSlaPolicy(models.Model):
    """What is promised for which cases, by which working hours, from when until when.

    Of a customer's agreement, or of the company for everybody else. Which of several
    holds for a case says ``_find_policies`` of the case.
    """

    _name = "aftersales.sla.policy"
    _description = "SLA Policy"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    agreement_id = fields.Many2one(
        "agreement",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="Whose customer it is for; without one it holds for all customers.",
    )
    target_ids = fields.One2many(
        "aftersales.sla.target", "policy_id", "Targets", copy=True
    )

    # What it is for: each one filled narrows it.
    type_id = fields.Many2one("aftersales.case.type", "Case Type", ondelete="restrict")
    category_id = fields.Many2one(
        "aftersales.category", ondelete="restrict", help="With those below it."
    )
    priority = fields.Selection(PRIORITIES)
    product_categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        ondelete="restrict",
        help="With those below it.",
    )
    product_id = fields.Many2one("product.product", "Product", ondelete="restrict")
    partner_category_id = fields.Many2one(
        "res.partner.category", "Customer's Tag", ondelete="restrict"
    )
    country_id = fields.Many2one(
        "res.country", "Country of the Site", ondelete="restrict"
    )
    country_state_id = fields.Many2one(
        "res.country.state",
        "State of the Site",
        ondelete="restrict",
        domain="[('country_id', '=?', country_id)]",
    )
    customer_kind = fields.Selection(CUSTOMER_KINDS)

    calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        ondelete="restrict",
        check_company=True,
        default=lambda self: self.env.company.resource_calendar_id,
        tracking=True,
        help="Time outside of them does not count. Empty means round the clock.",
    )
    date_from = fields.Date("Valid From", tracking=True)
    date_to = fields.Date("Valid Until", tracking=True)

    _dates_in_order = models.Constraint(
        "CHECK(date_to >= date_from)",
        "Valid Until: the policy cannot end before it begins.",
    )

    # === Criteria === #

    @api.model
    def _get_criteria(self):
        """Hook: return the names of the fields that narrow what a policy is for.

        ``_prepare_criteria`` of the case says what a case has of each.
        """
        return (
            "type_id",
            "category_id",
            "priority",
            "product_categ_id",
            "product_id",
            "partner_category_id",
            "country_id",
            "country_state_id",
            "customer_kind",
        )

    def _get_rank(self):
        """Return how special a policy is: the smaller, the sooner it is asked.

        The number of criteria, then the sequence; whose agreement it is goes first, and
        is asked of the case.
        """
        self.ensure_one()
        filled = sum(bool(self[name]) for name in self._get_criteria())
        return -filled, self.sequence

    # === Checks === #

    @api.constrains("calendar_id")
    def _check_calendar(self):
        for policy in self:
            calendar = policy.calendar_id
            if calendar.flexible_hours:
                raise ValidationError(
                    self.env._(
                        "Working Hours: %s are flexible and have no hours to count by."
                        " Choose working hours with fixed times.",
                        calendar.name,
                    )
                )

    @api.constrains(lambda self: self._get_tie_fields())
    def _check_ties(self):
        """Refuse two policies between which nothing decides, naming both."""
        for policy in self.filtered("active"):
            for other in self.search(policy._get_tie_domain()):
                if policy._is_tied(other):
                    raise ValidationError(
                        self.env._(
                            "%(policy)s and %(other)s may both hold for the same case,"
                            " and nothing says which one does. Change the sequence of"
                            " one of them, what it is for, or when it is valid.",
                            policy=policy.name,
                            other=other.name,
                        )
                    )

    @api.model
    def _get_tie_fields(self):
        return (
            *self._get_criteria(),
            "active",
            "agreement_id",
            "company_id",
            "date_from",
            "date_to",
            "sequence",
        )

    def _get_tie_domain(self):
        """Return the domain of those asked at the same time for the same customers."""
        self.ensure_one()
        return (
            Domain("id", "!=", self.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("agreement_id", "=", self.agreement_id.id)
            & Domain("sequence", "=", self.sequence)
        )

    def _is_tied(self, other):
        """Say whether some case may have two policies of the same rank."""
        self.ensure_one()
        if self._get_rank() != other._get_rank() or not self._is_at_once(other):
            return False
        return all(
            not self[name] or not other[name] or self._is_both(other, name)
            for name in self._get_criteria()
        )

    def _is_both(self, other, name):
        """Say whether a case may be of what both policies name under one criterion."""
        mine, theirs = self[name], other[name]
        if name in ("product_id", "partner_category_id", "product_categ_id"):
            return True  # a case has several of them
        if mine == theirs:
            return True
        if name == "category_id":
            return str(mine.parent_path).startswith(theirs.parent_path or "-") or str(
                theirs.parent_path
            ).startswith(mine.parent_path or "-")
        return False

    def _is_at_once(self, other):
        """Say whether there is a day on which both are valid."""
        first = max(filter(None, [self.date_from, other.date_from]), default=None)
        last = min(filter(None, [self.date_to, other.date_to]), default=None)
        return not first or not last or first <= last
