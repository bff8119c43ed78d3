from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.aftersales_case.const import PRIORITIES
from odoo.addons.aftersales_case.engine.working_time import WorkingTimeError

from ...const import CUSTOMER_KINDS


class AftersalesSlaPolicy(models.Model):
    """What is promised for which cases, by which working hours, from when until when.

    Of a customer's agreement, or of the company for everybody else. Which of several
    holds for a case says ``_find_policies`` of the case.
    """

    _name = "aftersales.sla.policy"
    _description = "SLA Policy"
    _inherit = ["mail.thread", "aftersales.bounded.mixin"]
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
    product_id = fields.Many2one("product.product", ondelete="restrict")
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
    customer_kind = fields.Selection(CUSTOMER_KINDS, "Kind of Customer")

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

    scope = fields.Char("Only For", compute="_compute_scope")
    promises = fields.Text(compute="_compute_promises")

    # === Computes === #

    @api.depends(lambda self: self._get_criteria())
    @api.depends_context("lang")
    def _compute_scope(self):
        for policy in self:
            parts = (policy._get_criterion(name) for name in self._get_criteria())
            policy.scope = ", ".join(filter(None, parts)) or self.env._("All cases")

    def _get_criterion(self, name):
        """Return what a policy names under one criterion, as people read it, or False."""
        self.ensure_one()
        value = self[name]
        if not isinstance(value, models.BaseModel):
            labels = dict(self._fields[name]._description_selection(self.env))
            return value and labels.get(value, value)
        return value.display_name

    @api.depends("target_ids.sentence")
    @api.depends_context("lang")
    def _compute_promises(self):
        for policy in self:
            policy.promises = "\n".join(policy.target_ids.mapped("sentence"))

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

    @api.constrains("calendar_id", "company_id")
    def _check_calendar(self):
        """Refuse working hours by which no clock can run, by a sentence why."""
        now = fields.Datetime.now()
        for policy in self.filtered("calendar_id"):
            clock = policy.calendar_id._get_aftersales_clock(policy.company_id, now)
            try:
                clock.ask(lambda time: time.due(now, 1))
            except WorkingTimeError as error:
                raise ValidationError(str(error)) from error
        self.target_ids._check_complete()

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for policy in self:
            first, last = policy.date_from, policy.date_to
            if first and last and last < first:
                raise ValidationError(
                    self.env._("Valid Until: the policy cannot end before it begins.")
                )

    @api.constrains("agreement_id")
    def _check_parties(self):
        self.target_ids._check_party()

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
        agreement = self.agreement_id
        same = Domain("agreement_id", "=", agreement.id)
        if agreement.partner_id and not agreement.is_template:
            # Two agreements of one customer are fine, as long as their policies differ.
            same |= (
                Domain("agreement_id.partner_id", "=", agreement.partner_id.id)
                & Domain("agreement_id.domain", "=", agreement.domain)
                & Domain("agreement_id.is_template", "=", False)
                & Domain("agreement_id.active", "=", True)
            )
        return (
            Domain("id", "!=", self.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("sequence", "=", self.sequence)
            & same
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
        periods = [*self._get_periods(), *other._get_periods()]
        first = max((start for start, _end in periods if start), default=None)
        last = min((end for _start, end in periods if end), default=None)
        return not first or not last or first <= last

    def _get_periods(self):
        """Return the (first day, last day) pairs within which it holds; open ones False."""
        self.ensure_one()
        agreement = self.agreement_id
        return (
            (self.date_from, self.date_to),
            (agreement.start_date, agreement.end_date),
        )
