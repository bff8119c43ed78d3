from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import date_utils

DRAFT_AGREEMENT, DRAFT_POLICIES = "agreement", "policies"
DRAFT_HOURS = "hours"
DRAFTS = [
    (DRAFT_AGREEMENT, "An agreement"),
    (DRAFT_POLICIES, "Policies"),
    (DRAFT_HOURS, "Only other working hours"),
]
# What a draft cannot do without.
NEEDED = {
    DRAFT_AGREEMENT: "agreement_id",
    DRAFT_POLICIES: "policy_ids",
    DRAFT_HOURS: "calendar_id",
}
# What was asked for: it stays as it is beside its answer.
ASKED = {
    "company_id",
    "date_from",
    "date_to",
    "partner_id",
    "type_id",
    "draft",
    "agreement_id",
    "policy_ids",
    "calendar_id",
}
MOST_MONTHS = 24
EARLIEST = date(2000, 1, 1)


class AftersalesSlaScenario(models.Model):
    """What would have been: cases of a period, judged by other promises.

    Kept with what was asked and with its answer, so that it can be shown again.
    """

    _name = "aftersales.sla.scenario"
    _description = "SLA What-If"
    _inherit = ["aftersales.kept.mixin", "aftersales.bounded.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._default_date_from()
    )
    date_to = fields.Date(
        "Until", required=True, default=lambda self: self._default_date_to()
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        ondelete="restrict",
        help="With the branches and contacts below him. Empty means all customers.",
    )
    type_id = fields.Many2one(
        "aftersales.case.type",
        "Case Type",
        ondelete="restrict",
        check_company=True,
        help="Empty means all types.",
    )
    draft = fields.Selection(
        DRAFTS, "Judged By", required=True, default=DRAFT_AGREEMENT
    )
    agreement_id = fields.Many2one(
        "agreement",
        ondelete="restrict",
        check_company=True,
        help="A draft, an example, or another customer's: whose it is and when it is"
        " valid is not asked.",
    )
    policy_ids = fields.Many2many(
        "aftersales.sla.policy",
        string="Policies",
        check_company=True,
        context={"active_test": False},
        help="Archived ones too; when they are valid is not asked.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        ondelete="restrict",
        check_company=True,
        help="Instead of those of the policies. What counts day and night stays so.",
    )
    ran_at = fields.Datetime("Replayed On", readonly=True, copy=False)

    # === Defaults === #

    def _default_date_from(self):
        first = date_utils.start_of(fields.Date.context_today(self), "month")
        return date_utils.subtract(first, months=3)

    def _default_date_to(self):
        first = date_utils.start_of(fields.Date.context_today(self), "month")
        return date_utils.subtract(first, days=1)

    # === Checks === #

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for asked in self:
            first, last = asked.date_from, asked.date_to
            if last < first:
                raise ValidationError(
                    self.env._("Until: the period cannot end before it begins.")
                )
            months = (last.year - first.year) * 12 + last.month - first.month
            if months + (last.day >= first.day) > MOST_MONTHS:
                raise ValidationError(
                    self.env._(
                        "Until: choose a period of at most %s months.", MOST_MONTHS
                    )
                )
            if not EARLIEST <= first <= fields.Date.context_today(self):
                raise ValidationError(
                    self.env._("From: choose a day since 2000 that is not ahead.")
                )

    @api.constrains("draft", *NEEDED.values())
    def _check_draft(self):
        for asked in self:
            name = NEEDED[asked.draft]
            if not asked[name]:
                raise ValidationError(
                    self.env._(
                        "%s: choose by what the cases are to be judged.",
                        asked._fields[name]._description_string(self.env),
                    )
                )

    # === Changes === #

    def write(self, vals):
        if not self.env.su and vals.keys() & ASKED and any(self.mapped("ran_at")):
            raise UserError(
                self.env._(
                    "This was replayed already, and stays as it was asked. Duplicate it"
                    " to ask something else."
                )
            )
        return super().write(vals)

    def copy_data(self, default=None):
        default = default or {}
        return [
            vals | {"name": self.env._("%s (copy)", asked.name)} | default
            for asked, vals in zip(self, super().copy_data(default), strict=True)
        ]
