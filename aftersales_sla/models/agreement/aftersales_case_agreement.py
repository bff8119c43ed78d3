from datetime import date

from odoo import api, fields, models

AGENTS = "aftersales_case.group_aftersales_agent"


class AftersalesCase(models.Model):
    """Which agreement covers a case, and until when."""

    _inherit = "aftersales.case"

    agreement_id = fields.Many2one(
        "agreement",
        compute="_compute_coverage",
        compute_sudo=True,
        groups=AGENTS,
        help="Of the customer, or of the company above him; valid when the case was"
        " reported.",
    )
    covered_until = fields.Date(
        compute="_compute_coverage", compute_sudo=True, groups=AGENTS
    )

    @api.depends("partner_id", "reported_at", "company_id")
    def _compute_coverage(self):
        """Find them for cases of the caller's companies: a form may name any company."""
        strange = self.filtered(lambda case: case._is_of_strangers())
        strange.agreement_id = strange.covered_until = False
        return (self - strange)._find_coverage()

    def _is_of_strangers(self):
        """Say whether a form names a company that is neither the case's nor its user's."""
        known = self._origin.company_id | self.env.user.company_ids
        return self.company_id not in known

    def _find_coverage(self):
        owners = {case: case._get_owners("partner_id") for case in self}
        # sudo: what covers a case does not depend on who looks
        agreements = (
            self.env["agreement"]
            .sudo()
            .search(
                [
                    (
                        "partner_id",
                        "in",
                        list({one for ids in owners.values() for one in ids}),
                    ),
                    ("domain", "=", "sale"),
                    ("is_template", "=", False),
                ]
            )
        )
        for case in self:
            valid = agreements.filtered(lambda one, case=case: case._is_covered_by(one))
            nearest = min(
                valid.sorted(lambda one: one.end_date or date.max, reverse=True),
                key=lambda one, ids=owners[case]: ids.index(one.partner_id.id),
                default=agreements.browse(),
            )
            case.agreement_id = nearest
            case.covered_until = nearest.end_date

    def _is_covered_by(self, agreement):
        """Say whether an agreement holds for the customer and the day of the report."""
        self.ensure_one()
        day = self._get_report_day()
        return (
            agreement.partner_id.id in self._get_owners("partner_id")
            and agreement.company_id.id in (False, self.company_id.id)
            and (agreement.start_date or day) <= day <= (agreement.end_date or day)
        )
