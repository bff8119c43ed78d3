from odoo import api, fields, models
from odoo.tools import format_datetime

from ...const import LINK_VIEW


class AftersalesCase(models.Model):
    """What texts of templates say about a case: ready words, never a program.

    A placeholder is a field: a whole sentence in the language in which it is read, and
    empty when there is nothing to say.
    """

    _name = "aftersales.case"
    _inherit = ["aftersales.case", "aftersales.link.mixin"]

    customer_status = fields.Char(
        "Status for the Customer",
        compute="_compute_customer_status",
        help="What the customer reads of the stage.",
    )
    customer_word = fields.Char(
        "What the Customer Calls It",
        compute="_compute_customer_word",
        help="What customers call one case of this type: a complaint, a report, an order.",
    )
    letter_greeting = fields.Char("Greeting", compute="_compute_letter_greeting")
    letter_language = fields.Char(
        "Customer's Language", compute="_compute_letter_language"
    )
    letter_sender = fields.Char("Our Address", compute="_compute_letter_sender")
    letter_company = fields.Char("Our Name", compute="_compute_letter_company")
    letter_solution = fields.Char(
        "Solution, as a Sentence", compute="_compute_letter_solution"
    )
    letter_reason = fields.Char(
        "Reason of the Rejection, as a Sentence", compute="_compute_letter_reason"
    )
    letter_promise = fields.Char(
        "Promised Date, as a Sentence",
        compute="_compute_letter_promise",
        help="The nearest date that the customer was promised; what colleagues promise"
        " each other is never named.",
    )
    letter_link = fields.Html(
        "Link to the Case",
        compute="_compute_letter_link",
        sanitize=False,
        help="A whole sentence. Every receiver gets a link of his own when the mail"
        " leaves; where there is no page for him, it is left out.",
    )

    # === What the customer reads === #

    @api.depends("type_id", "stage_id")
    @api.depends_context("lang")
    def _compute_customer_status(self):
        links = self.type_id._get_links()
        for case in self:
            case.customer_status = self.type_id._get_customer_status(
                links, case.type_id, case.stage_id
            )

    @api.depends("type_id")
    @api.depends_context("lang")
    def _compute_customer_word(self):
        for case in self:
            # sudo: a type's name is no secret to who reads its case
            case.customer_word = case.type_id.sudo().name

    @api.depends("addressee_name")
    @api.depends_context("lang")
    def _compute_letter_greeting(self):
        for case in self:
            name = case.addressee_name
            case.letter_greeting = (
                self.env._("Dear %s,", name) if name else self.env._("Hello,")
            )

    @api.depends("contact_id", "partner_id", "company_id")
    def _compute_letter_language(self):
        for case in self:
            customer = case.contact_id or case.partner_id
            # sudo: the languages of people are no secret to who writes to them
            company = case.company_id.sudo().partner_id
            case.letter_language = customer.sudo().lang or company.lang

    @api.depends("type_id", "company_id")
    @api.depends_context("uid")
    def _compute_letter_sender(self):
        for case in self:
            case.letter_sender = (
                case.type_id.sudo().alias_email  # sudo: it is printed on every mail
                or case.company_id.sudo().email_formatted  # sudo: as above
                or self.env.user.email_formatted
            )

    @api.depends("company_id")
    def _compute_letter_company(self):
        for case in self:
            case.letter_company = case.company_id.sudo().name  # sudo: see the sender

    @api.depends("resolution_id")
    @api.depends_context("lang", "uid")
    def _compute_letter_solution(self):
        for case, name in self._get_named("resolution_id").items():
            case.letter_solution = name and self.env._("Solution: %s.", name)

    @api.depends("rejection_reason_id")
    @api.depends_context("lang", "uid")
    def _compute_letter_reason(self):
        for case, name in self._get_named("rejection_reason_id").items():
            case.letter_reason = name and self.env._("Reason: %s.", name)

    @api.depends("date_deadline", "stage_id", "type_id")
    @api.depends_context("lang")
    def _compute_letter_promise(self):
        for case, moment in self._get_promised_at().items():
            # sudo: where the company is, is no secret to who reads its case
            zone = case.company_id.sudo().partner_id.tz or "UTC"
            case.letter_promise = moment and self.env._(
                "Promised for: %s.",
                format_datetime(self.env, moment, tz=zone, dt_format="short"),
            )

    @api.depends("customer_word", "number")
    @api.depends_context("lang")
    def _compute_letter_link(self):
        for case in self:
            text = case._get_follow_text()
            case.letter_link = case._get_link_marker(LINK_VIEW, text)

    def _get_follow_text(self):
        """Return what the link to a case says, in the customer's own word."""
        self.ensure_one()
        return self.env._(
            "%(word)s %(number)s: follow it online",
            word=self.customer_word,
            number=self.number,
        )

    def _get_named(self, field):
        """Return ``{case: name}`` of what a field points at, for who may see it."""
        seen = self._has_field_access(self._fields[field], "read")
        return {case: seen and case[field].name for case in self}

    # === Hooks === #

    @api.model
    def _get_letter_placeholders(self):
        return (
            *super()._get_letter_placeholders(),
            "number",
            "email",
            "addressee_name",
            "customer_status",
            "customer_word",
            "letter_greeting",
            "letter_language",
            "letter_sender",
            "letter_company",
            "letter_solution",
            "letter_reason",
            "letter_promise",
            "letter_link",
        )

    def _get_link_partner(self, address):
        self.ensure_one()
        people = self.contact_id | self.partner_id
        return people.filtered(lambda partner: partner.email_normalized == address)[:1]
