from odoo import api, fields, models

from ...const import (
    ASK_ACCESS,
    ASK_CONTACT,
    ASK_COVERAGE,
    ASK_OPENING,
    ASK_PARTS,
    ASK_PHONE,
    HARD,
    SEVERITIES,
    SOFT,
    STAGE_CONFIRM,
    STAGE_PLAN,
    STAGES_OF_RULES,
)
from ...engine import judge

# In the order in which they are shown, with how bad they are where nobody decided.
PLAN_RULES = [
    (judge.ABSENT, "Absent: leave or a holiday", HARD),
    (judge.HOURS, "Outside working hours or contract", HARD),
    (judge.NO_CALENDAR, "Technician without working hours", HARD),
    (judge.COMPANY, "Technician of another company", HARD),
    (judge.SKILL, "Skill missing, or expired on that day", HARD),
    (judge.SITE_CLOSED, "Site closed", HARD),
    (judge.NO_ADDRESS, "At the customer's, without an address", HARD),
    (judge.EARLY, "Before the earliest moment", SOFT),
    (judge.LATE, "After the latest moment", SOFT),
    (judge.PROMISE, "Outside what was promised", SOFT),
    (judge.TRAVEL, "No time for the way", SOFT),
    (judge.OVERTIME, "Ends after working hours", SOFT),
    (judge.BREAK, "Works through a break", SOFT),
    (judge.CLAIMED, "Skill claimed, not confirmed", SOFT),
    (judge.PENDING, "Leave asked for", SOFT),
    (judge.BUSY, "Other appointment in the calendar", SOFT),
    (judge.PARTS, "Parts not ready", SOFT),
]
CONFIRM_RULES = [
    (ASK_COVERAGE, "Decided who pays", HARD),
    (ASK_PARTS, "Parts ready", HARD),
    (ASK_OPENING, "Opening hours known", HARD),
    (ASK_CONTACT, "Contact known", HARD),
    (ASK_PHONE, "Phone known", HARD),
    (ASK_ACCESS, "Access described", HARD),
]
BY_STAGE = {STAGE_PLAN: PLAN_RULES, STAGE_CONFIRM: CONFIRM_RULES}


class AftersalesPlanRule(models.Model):
    """How bad it is for a company when a plan breaks a rule.

    What nobody can do (two visits at once, an end before the start) is no matter of
    choice and has no row.
    """

    _name = "aftersales.plan.rule"
    _description = "Rule of Planning"
    _inherit = ["aftersales.kept.mixin"]
    _order = "company_id, stage DESC, sequence, id"
    _rec_name = "key"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    stage = fields.Selection(STAGES_OF_RULES, "Looked At", required=True, readonly=True)
    key = fields.Selection(
        [(key, label) for key, label, _severity in [*PLAN_RULES, *CONFIRM_RULES]],
        "Rule",
        required=True,
        readonly=True,
    )
    sequence = fields.Integer(readonly=True)
    severity = fields.Selection(
        SEVERITIES,
        "If Broken",
        required=True,
        help="Refused: nobody can plan so. Asks for a reason: a leader may, and says why.",
    )

    _once = models.Constraint(
        "UNIQUE(company_id, key)", "Rule: each company has a rule once."
    )

    @api.model
    def _make(self, companies):
        """Give companies the rules that they do not have yet."""
        # sudo: what every company has, whoever makes one
        rules = self.sudo()
        present = {
            (rule.company_id, rule.key)
            for rule in rules.search([("company_id", "in", companies.ids)])
        }
        return rules.create(
            [
                {
                    "company_id": company.id,
                    "stage": stage,
                    "key": key,
                    "severity": severity,
                    "sequence": number,
                }
                for company in companies
                for stage, found in BY_STAGE.items()
                for number, (key, _label, severity) in enumerate(found)
                if (company, key) not in present
            ]
        )

    @api.model
    def _get_severities(self, companies, stage=STAGE_PLAN):
        """Return ``{company: {key: severity}}``, also of a company without rows."""
        shipped = {key: severity for key, _label, severity in BY_STAGE[stage]}
        found = {company: dict(shipped) for company in companies}
        # sudo: how a company plans is no secret of those who plan in it
        rows = self.sudo().search_fetch(
            [("company_id", "in", companies.ids), ("stage", "=", stage)],
            ["company_id", "key", "severity"],
        )
        for row in rows:
            found[row.company_id.with_env(companies.env)][row.key] = row.severity
        return found
