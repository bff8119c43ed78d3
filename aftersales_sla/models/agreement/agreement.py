from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import date_utils

REVIEW = "aftersales_sla.activity_review"
# How long before its end an agreement is looked at again, unless a day is chosen.
REVIEW_DAYS = 30
# What decides whether its policies hold, and which tie.
MATCHED = {"active", "domain", "end_date", "is_template", "partner_id", "start_date"}


class Agreement(models.Model):
    """The contract with a customer or a supplier, with what it promises."""

    _name = "agreement"
    _inherit = ["aftersales.bounded.mixin", "agreement"]
    _bounds = {"sla_goal_percent": (1, 100)}

    # What there is already, in words that come with their translations.
    code = fields.Char("Number")
    name = fields.Char()
    partner_id = fields.Many2one(string="Customer or Supplier")
    domain = fields.Selection(string="With")
    is_template = fields.Boolean(
        "Is an Example", help="Agreements begin as a copy of it; it holds for nobody."
    )
    signature_date = fields.Date("Signed On")
    start_date = fields.Date(
        "Valid From", help="Covers what is reported from this day on."
    )
    end_date = fields.Date(
        "Valid Until", help="Covers what is reported until this day."
    )

    sla_policy_ids = fields.One2many(
        "aftersales.sla.policy",
        "agreement_id",
        "SLA Policies",
        groups="aftersales_case.group_aftersales_agent",
    )
    sla_goal_percent = fields.Integer(
        "Goal (%)",
        default=95,
        help="So many of a hundred deadlines are to be met: what new targets start with.",
    )
    sla_user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
        help="Is reminded of the review.",
    )
    sla_review_on = fields.Date(
        "Next Review",
        compute="_compute_sla_review_on",
        store=True,
        readonly=False,
        help="The responsible gets an activity for that day; 30 days before the end,"
        " unless you choose another one.",
    )

    @api.model
    def _domain_selection(self):
        words = {
            "sale": self.env._("A customer"),
            "purchase": self.env._("A supplier"),
        }
        return [
            (key, words.get(key, word)) for key, word in super()._domain_selection()
        ]

    @api.depends("partner_id.commercial_partner_id")
    def _compute_commercial_partner_id(self):
        return super()._compute_commercial_partner_id()

    @api.depends("end_date")
    def _compute_sla_review_on(self):
        for agreement in self:
            if agreement.end_date:
                agreement.sla_review_on = date_utils.subtract(
                    agreement.end_date, days=REVIEW_DAYS
                )

    # === Checks === #

    @api.constrains("start_date", "end_date", "sla_review_on")
    def _check_dates(self):
        for agreement in self:
            first, last = agreement.start_date, agreement.end_date
            if first and last and last < first:
                raise ValidationError(
                    self.env._(
                        "Valid Until: the agreement cannot end before it starts."
                    )
                )
            review = agreement.sla_review_on
            if review and last and review > last:
                raise ValidationError(
                    self.env._(
                        "Next Review: choose a day before the agreement ends on %s.",
                        last,
                    )
                )

    @api.constrains("sla_goal_percent")
    def _check_goal(self):
        if any(agreement.sla_goal_percent < 1 for agreement in self):
            raise ValidationError(self.env._("Goal: enter 1 to 100."))

    @api.constrains("company_id", *sorted(MATCHED))
    def _check_policies(self):
        # sudo: whoever changes it may be nobody in after-sales
        policies = self.sudo().sla_policy_ids
        policies._check_ties()
        policies.target_ids._check_party()

    # === Changes === #

    @api.model_create_multi
    def create(self, vals_list):
        agreements = super().create(vals_list)
        agreements._plan_reviews()
        return agreements

    def write(self, vals):
        if vals.keys() & {*MATCHED, "company_id"}:
            self._ensure_can_change_promises()
        result = super().write(vals)
        if vals.keys() & {"active", "end_date", "sla_review_on", "sla_user_id"}:
            self._plan_reviews()
        if vals.keys() & MATCHED:
            self._get_all_policies()._mark_clocks()
        return result

    def _get_all_policies(self):
        """Return the policies of all companies, archived ones too."""
        # sudo: what follows from an allowed change
        return self.sudo().with_context(active_test=False).sla_policy_ids

    def _ensure_can_change_promises(self):
        """Guard: of an agreement of all companies, what others promise is theirs."""
        if self.env.su:
            return
        companies = self.env.user.company_ids
        for agreement in self:
            if agreement._get_all_policies().company_id - companies:
                raise AccessError(
                    self.env._(
                        "%s has SLA policies of companies that are not yours. Whoever"
                        " works in all of them may change it.",
                        agreement.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_promising(self):
        """Refuse to delete what policies are of, in words."""
        # sudo: policies of all companies count
        policies = self.env["aftersales.sla.policy"].sudo()
        policies = policies.with_context(active_test=False)
        found = policies.search([("agreement_id", "in", self.ids)], limit=1)
        if found:
            raise UserError(
                self.env._(
                    "%s has SLA policies: archive it instead.", found.agreement_id.name
                )
            )

    def _plan_reviews(self):
        """Have the responsible reminded of each review, and of no other day."""
        if not self:
            return
        self.activity_unlink([REVIEW])
        kind = self.env.ref(REVIEW, raise_if_not_found=False)
        if not kind:
            return
        model = self.env["ir.model"]._get_id(self._name)
        # sudo: the reminder belongs to the responsible, whoever sets the day
        self.env["mail.activity"].sudo().create(
            [
                {
                    "activity_type_id": kind.id,
                    "summary": kind.name,
                    "automated": True,
                    "res_model_id": model,
                    "res_id": agreement.id,
                    "date_deadline": agreement.sla_review_on,
                    "user_id": agreement.sla_user_id.id,
                }
                for agreement in self
                if agreement.active
                and not agreement.is_template
                and agreement.sla_review_on
                and agreement.sla_user_id.active
            ]
        )
