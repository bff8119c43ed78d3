from odoo import api, fields, models

from ...const import KIND_BUSINESS
from ...engine import legal

AGENTS = "aftersales_case.group_aftersales_agent"


class AftersalesCase(models.Model):
    """What the customer asks for, and what the law says of it."""

    _inherit = "aftersales.case"

    remedy_id = fields.Many2one(
        "aftersales.remedy",
        "Remedy Asked For",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        help="The law sets a term for some of them.",
    )
    legal_text = fields.Text(
        "By Law", compute="_compute_legal_text", compute_sudo=False, groups=AGENTS
    )

    @api.model
    def _get_rule_fields(self):
        return super()._get_rule_fields() | {"remedy_id"}

    @api.model
    def _get_optional_fields(self):
        return super()._get_optional_fields() | {"remedy_id"}

    def _complete_survivor(self, survivor):
        """What was asked for in a merged case is still asked for, and its term runs."""
        result = super()._complete_survivor(survivor)
        if not survivor.remedy_id and self.remedy_id:
            survivor.remedy_id = self.remedy_id[:1]
        return result

    def _prepare_split_vals(self):
        return super()._prepare_split_vals() | {"remedy_id": self.remedy_id.id}

    # === Which law === #

    def _find_legal_terms(self):
        """Return ``{case: legal term}``; what names no remedy has none.

        That of the customer's country goes before that of a group of countries, and
        that before what holds anywhere; then one for such customers before one for
        anybody. It has to be valid on the day of the report.
        """
        asked = self.filtered("remedy_id")
        if not asked:
            return {}
        # sudo: what the law says does not depend on who looks
        Term = self.env["aftersales.legal.term"].sudo()
        laws, result = Term._get_laws(asked.remedy_id), {}
        for case, found in asked._find_laws(laws).items():
            if key := found.get(case.remedy_id.id):
                # sudo: off again, where the caller has none
                result[case] = Term.browse(key).sudo(self.env.su)
        return result

    def _find_laws(self, laws, day=None):
        """Return ``{case: {remedy id: term id}}`` of what may be asked for.

        :param day: of the report; None is that of each case
        """
        # sudo: where a customer lives, whoever looks at the case
        cases = self.sudo()
        (cases.partner_id | cases.site_id).fetch(["country_id"])
        return {
            mine: legal.find(
                laws,
                case._get_legal_country().id or None,
                case._get_legal_kind(),
                day or case._get_report_day(),
            )
            for mine, case in zip(self, cases, strict=True)
        }

    def _get_legal_country(self):
        """Return whose law holds: the customer's, where he lives or else is served."""
        self.ensure_one()
        return self.partner_id.country_id or self.site_id.country_id

    def _get_legal_kind(self):
        """Return the kind of who asks: without a customer it is among businesses."""
        self.ensure_one()
        return self.customer_kind or (None if self.partner_id else KIND_BUSINESS)

    # === In words === #

    @api.depends(
        "company_id",
        "customer_kind",
        "partner_id",
        "remedy_id",
        "reported_at",
        "site_id",
    )
    @api.depends_context("lang", "uid")
    def _compute_legal_text(self):
        dated = self.filtered("reported_at")
        (self - dated).legal_text = False
        # sudo: what the law says, to whoever may read the case
        laws = self.env["aftersales.legal.term"].sudo()._get_laws() if dated else []
        for case, found in dated._find_laws(laws).items():
            case.legal_text = case._tell_laws(found)

    def _tell_laws(self, found):
        """Return what the law says of this case, a line each, or False.

        :param found: ``{remedy id: term id}``: of the remedy asked for one counts, all
            where none is noted yet
        """
        self.ensure_one()
        remedy = self.remedy_id.id
        keys = [key for of, key in found.items() if not remedy or of == remedy]
        if not keys:
            return remedy and self.env._(
                "No legal term is known for this customer, country and remedy."
            )
        # sudo: as above
        terms = self.env["aftersales.legal.term"].sudo().browse(keys)
        terms = terms.with_company(self.company_id).sorted(
            lambda term: (term.remedy_id.sequence, term.id)
        )
        if remedy:
            return terms._tell_law()
        # What would run, in short: each is told in full once it is asked for.
        lines = [term.sentence for term in terms if term._get_quantity()]
        if lines:
            lines.insert(0, self.env._("No clock runs until a remedy is noted. Then:"))
        return "\n".join(lines) or False


class AftersalesLegalTerm(models.Model):
    """What cases say of a term."""

    _inherit = "aftersales.legal.term"

    def _tell_law(self):
        """Return how long the law gives, what follows and where it stands, in a line."""
        self.ensure_one()
        number = (
            ""
            if self._get_quantity()
            else self.env._("No number is set yet, so no clock runs: ask a manager")
        )
        source = self.source and self.env._("Source: %s", self.source)
        parts = (self.sentence, number, self._tell_consequence(), source)
        return ". ".join(filter(None, parts))
