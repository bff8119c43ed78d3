from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...const import (
    CUSTOMER_KINDS,
    MOST,
    START_POLICY,
    START_REPORT,
    UNITS,
)
from ...engine.cycles import RESOLVED, RESPONSE
from ...engine.legal import Law, is_tied
from ...engine.terms import CALENDAR_DAYS, HOURS


class AftersalesLegalTerm(models.Model):
    """How long the law gives for what a customer asks for, and what follows after that.

    Where the law names no number, each company sets its own; without one no clock runs.
    Which of several holds for a case says ``_find_legal_terms`` of the case.
    """

    _name = "aftersales.legal.term"
    _description = "Legal Term"
    _inherit = ["aftersales.bounded.mixin"]
    _order = (
        "remedy_id, country_id, country_group_id, customer_kind, date_from desc, id"
    )
    _bounds = {"warn_percent": (0, 99)}

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)

    # What it is for.
    remedy_id = fields.Many2one(
        "aftersales.remedy", "Asked For", required=True, ondelete="restrict", index=True
    )
    country_id = fields.Many2one(
        "res.country",
        "Country of the Customer",
        ondelete="restrict",
        help="Without country and group of countries it holds anywhere.",
    )
    country_group_id = fields.Many2one(
        "res.country.group", "Group of Countries", ondelete="restrict"
    )
    customer_kind = fields.Selection(CUSTOMER_KINDS, "Kind of Customer")
    date_from = fields.Date(
        "Valid From", help="The day on which the customer told us counts."
    )
    date_to = fields.Date("Valid Until")

    # How long it is.
    quantity = fields.Float(
        "Within", help="0 where the law names no number: each company sets its own."
    )
    own_quantity = fields.Float(
        "Our Own Number",
        company_dependent=True,
        help="Of your company, where the law names no number.",
    )
    unit = fields.Selection(UNITS, required=True, default=CALENDAR_DAYS)
    is_rolled = fields.Boolean(
        "Moves to a Working Day",
        help="A last day on which your company does not work moves to the next one.",
    )
    start = fields.Selection(
        [(START_REPORT, "The report"), (START_POLICY, "When the remedy was noted")],
        "Counted From",
        required=True,
        default=START_REPORT,
    )
    start_text = fields.Char(
        "In the Words of the Law",
        translate=True,
        help="The moment from which the law counts.",
    )
    metric = fields.Selection(
        [(RESOLVED, "Solved or refused"), (RESPONSE, "First answer")],
        "Ends With",
        required=True,
        default=RESOLVED,
    )
    warn_percent = fields.Integer(
        "Warn At (%)", default=80, help="Of its time; 0 means never."
    )

    # What follows, and where it stands.
    consequence = fields.Char(
        translate=True, help="In few words, as: accepted by law. Cards say it."
    )
    source = fields.Char(help="The law and its article.")
    note = fields.Text("Exceptions", translate=True)

    # === Checks === #

    def _get_bounds(self, vals):
        most = (0, MOST.get(vals.get("unit") or self[:1].unit or CALENDAR_DAYS, 0))
        own = {"quantity": most, "own_quantity": most}
        return super()._get_bounds(vals) | own

    @api.constrains("own_quantity", "unit")
    def _check_own_quantity(self):
        for term in self:
            if term.unit != HOURS and term.own_quantity % 1:
                raise ValidationError(
                    self.env._(
                        "Our Own Number: enter whole days or months, such as 14."
                    )
                )

    @api.constrains("country_id", "country_group_id")
    def _check_place(self):
        for term in self:
            if term.country_id and term.country_group_id:
                raise ValidationError(
                    self.env._(
                        "Group of Countries: %s has a country already. Choose one of"
                        " both.",
                        term.name,
                    )
                )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for term in self:
            first, last = term.date_from, term.date_to
            if first and last and last < first:
                raise ValidationError(
                    self.env._("Valid Until: the term cannot end before it begins.")
                )

    @api.constrains(
        "active",
        "country_group_id",
        "country_id",
        "customer_kind",
        "date_from",
        "date_to",
        "remedy_id",
    )
    def _check_ties(self):
        """Refuse two terms of which nothing says which one holds, naming both."""
        active = self.filtered("active")
        others = self.search([("remedy_id", "in", active.remedy_id.ids)])
        laws = {other: other._get_law() for other in others}
        for term in active:
            tied = (
                other for other in others - term if is_tied(laws[term], laws[other])
            )
            if other := next(tied, None):
                raise ValidationError(
                    self.env._(
                        "%(term)s and %(other)s are both the law for the same cases, and"
                        " nothing says which one holds. Change the place, the kind of"
                        " customer, what is asked for or the days of one of them.",
                        term=term.name,
                        other=other.name,
                    )
                )

    # === Business === #

    def _get_law(self):
        """Return the term as matching knows it."""
        self.ensure_one()
        group = self.country_group_id
        return Law(
            key=self.id,
            remedy=self.remedy_id.id,
            country=self.country_id.id or None,
            group=frozenset(group.country_ids.ids) if group else None,
            kind=self.customer_kind or None,
            first=self.date_from or None,
            last=self.date_to or None,
        )

    def _get_quantity(self):
        """Return the number of the law, else that of the company; 0 where none is set."""
        self.ensure_one()
        return self.quantity or self.own_quantity

    @api.model
    def _get_laws(self, remedies=None):
        """Return the terms that may hold, as ``[Law]``.

        :param remedies: those for which they are; None for all
        """
        domain = [] if remedies is None else [("remedy_id", "in", remedies.ids)]
        return [term._get_law() for term in self.search(domain)]

    def _tell_consequence(self, day=None):
        """Return what follows where nothing is done, in one sentence; "" for nothing.

        :param day: last day as text, where it is known
        """
        self.ensure_one()
        if not self.consequence:
            return ""
        missing = self.remedy_id.missing_text or self.env._("Not done")
        if not day:
            return self.env._(
                "%(missing)s: %(consequence)s",
                missing=missing,
                consequence=self.consequence,
            )
        return self.env._(
            "%(missing)s by %(day)s: %(consequence)s",
            missing=missing,
            day=day,
            consequence=self.consequence,
        )
