from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.mail import email_normalize

from ...const import SIMILAR_ALIKE, SIMILAR_COMPARED, SIMILAR_SHOWN
from ...engine.similar import overlap, trigrams

# What similar cases are compared by, what lists show of them, what rights ask for.
SHOWN = (
    "company_id",
    "confidential",
    "contact_id",
    "email",
    "merged_into_id",
    "name",
    "number",
    "partner_id",
    "phone",
    "reporter_id",
    "stage_id",
    "state",
    "team_id",
    "user_id",
)


class AftersalesCase(models.Model):
    """What is known already: shown while somebody still types."""

    _inherit = "aftersales.case"

    suggested_case_ids = fields.Many2many(
        "aftersales.case",
        string="Possibly the Same Trouble",
        compute="_compute_suggested_case_ids",
        help="Cases of the same customer, address or number with a similar title.",
    )
    customer_case_ids = fields.Many2many(
        "aftersales.case",
        string="Earlier Cases of the Customer",
        compute="_compute_customer_case_ids",
    )

    _phone_idx = models.Index("(phone) WHERE phone IS NOT NULL")

    @api.depends("name", "partner_id", "contact_id", "email", "phone")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_suggested_case_ids(self):
        known = self._find_cases_of_same_customers()
        for case in self:
            words = trigrams(case.name)
            alike = known.filtered(case._get_same_customer_test()).filtered(
                lambda other, words=words: (
                    overlap(words, trigrams(other.name)) >= SIMILAR_ALIKE
                )
            )
            case.suggested_case_ids = alike[:SIMILAR_SHOWN]

    @api.depends("partner_id", "contact_id", "email", "phone")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_customer_case_ids(self):
        known = self._find_cases_of_same_customers()
        for case in self:
            others = known.filtered(case._get_same_customer_test())
            case.customer_case_ids = others.sorted(lambda other: other._is_closed())[
                :SIMILAR_SHOWN
            ]

    def _find_cases_of_same_customers(self):
        """Return the newest cases that the user may see of these cases' customers.

        One query, whose parts each have an index.
        """
        Case = self.env["aftersales.case"]
        partners = self.partner_id | self.contact_id
        customers = partners.commercial_partner_id | partners
        parts = [Domain("partner_id", "in", customers.ids)] if customers else []
        emails = sorted({case._get_email_key() for case in self} - {None})
        if emails:
            parts.append(_email_domain(emails))
        phones = sorted({case._get_phone_key() for case in self} - {None})
        if phones:
            parts.append(Domain("phone", "in", phones))
        if not parts:
            return Case
        domain = Domain.OR(parts) & Domain("merged_into_id", "=", False)
        if self._origin.ids:
            domain &= Domain("id", "not in", self._origin.ids)
        return Case.search_fetch(
            domain,
            # What is for few is left out: then it is neither shown nor compared.
            [n for n in SHOWN if Case._has_field_access(Case._fields[n], "read")],
            order="reported_at desc, id desc",
            limit=SIMILAR_COMPARED * len(self),
        )

    def _get_email_key(self):
        """Return the address to compare, for who may see it."""
        if not self._has_field_access(self._fields["email"], "read"):
            return None
        return (email_normalize(self.email) if self.email else None) or None

    def _get_phone_key(self):
        if not self._has_field_access(self._fields["phone"], "read"):
            return None
        return self.phone or None

    def _get_same_customer_test(self):
        """Return what says whether another case has this customer, address or number."""
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id._origin or self.partner_id
        ids = {*customer.ids, *self.partner_id._origin.ids}
        email, phone = self._get_email_key(), self._get_phone_key()

        def is_same(other):
            return (
                other.partner_id.id in ids
                or (email is not None and other._get_email_key() == email)
                or (phone is not None and other._get_phone_key() == phone)
            )

        return is_same


def _email_domain(emails):
    """Return a domain for addresses in any case that the index on them serves."""

    def to_sql(model, alias, query):
        column = SQL("lower(%s)", SQL.identifier(alias, "email"))
        return SQL("%s IN %s", column, tuple(emails))

    def predicate(case):
        return (case.email or "").lower() in emails

    return Domain.custom(to_sql=to_sql, predicate=predicate)
