from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import ormcache

from ...const import METRICS, PENALTY_BASES, PENALTY_PERS
from ...engine.penalty import BREACH, DAY, HOUR, take_percent, to_decimal
from ...engine.terms import SECONDS_OF_HOUR

AMOUNT, SUM, FEE, GOODS = (key for key, _label in PENALTY_BASES)
MOST_HOURS_OF_GRACE = 10000


class AftersalesSlaPenalty(models.Model):
    """What a missed promise of an agreement costs us: one rule. Those that fit add up.

    Nothing is invoiced by it: ``aftersales.sla.penalty.due`` keeps what was reached.
    """

    _name = "aftersales.sla.penalty"
    _description = "SLA Penalty"
    _inherit = [
        "aftersales.cached.mixin",
        "aftersales.sla.setting.mixin",
        "aftersales.bounded.mixin",
    ]
    _order = "agreement_id, sequence, id"
    _rec_name = "sentence"
    # The sentence is not stored.
    _rec_names_search = ["agreement_id.name"]
    _bounds = {
        "amount": (0, 10**9),
        "percent": (0, 100),
        "basis_amount": (0, 10**12),
        "grace_hours": (0, MOST_HOURS_OF_GRACE),
        "case_cap": (0, 10**12),
        "month_cap": (0, 10**12),
    }

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    agreement_id = fields.Many2one(
        "agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    currency_id = fields.Many2one(related="agreement_id.sla_currency_id")

    # What it is for: each one filled narrows it.
    metric = fields.Selection(METRICS, "Only For")
    policy_ids = fields.Many2many(
        "aftersales.sla.policy",
        "aftersales_sla_penalty_policy_rel",
        "penalty_id",
        "policy_id",
        "Policies",
        domain="[('agreement_id', '=', agreement_id)]",
        help="Empty means all policies of the agreement, with those to come.",
    )
    target_ids = fields.Many2many(
        "aftersales.sla.target",
        "aftersales_sla_penalty_target_rel",
        "penalty_id",
        "target_id",
        "Targets",
        domain="[('policy_id.agreement_id', '=', agreement_id)]",
        help="Empty means all targets.",
    )

    per = fields.Selection(PENALTY_PERS, required=True, default=BREACH)
    basis = fields.Selection(PENALTY_BASES, "How Much", required=True, default=AMOUNT)
    amount = fields.Monetary()
    percent = fields.Float("Percentage", digits=(5, 3))
    basis_amount = fields.Monetary("Of This Sum")
    grace_hours = fields.Float(
        "Grace (Hours)",
        help="So long after the due time nothing is due, and it does not count"
        " afterwards; in the hours by which the deadline counts.",
    )
    case_cap = fields.Monetary("At Most per Case", help="0 means no limit.")
    month_cap = fields.Monetary(
        "At Most per Month",
        help="Of what is reached in one month, over all cases. 0 means no limit.",
    )
    sentence = fields.Char("Penalty", compute="_compute_sentence")

    # === In words === #

    @api.depends(
        "per",
        "basis",
        "amount",
        "percent",
        "basis_amount",
        "grace_hours",
        "case_cap",
        "month_cap",
        "metric",
        "currency_id",
    )
    @api.depends_context("lang")
    def _compute_sentence(self):
        for penalty in self:
            text = penalty._tell()
            if penalty.metric:
                labels = dict(self._fields["metric"]._description_selection(self.env))
                text = f"{labels[penalty.metric]}: {text}"
            penalty.sentence = text

    def _tell(self):
        """Return what a miss costs, in words, but not of what."""
        parts = [
            self._tell_amount(),
            self._tell_grace(),
            self._tell_cap("case_cap", self.env._("at most %s per case")),
            self._tell_cap("month_cap", self.env._("at most %s per month")),
        ]
        return ", ".join(filter(None, parts))

    def _tell_amount(self):
        env, share = self.env, f"{self.percent:g}"
        amounts = {
            AMOUNT: self._format(self.amount),
            SUM: env._(
                "%(share)s %% of %(amount)s",
                share=share,
                amount=self._format(self.basis_amount),
            ),
            FEE: env._("%s %% of the monthly fee", share),
            GOODS: env._("%s %% of the goods' value", share),
        }
        texts = {
            BREACH: env._("%s when missed"),
            HOUR: env._("%s for each hour late that was started"),
            DAY: env._("%s for each working day late that was started"),
        }
        return texts.get(self.per, "%s").replace("%s", amounts.get(self.basis, ""))

    def _tell_grace(self):
        if not self.grace_hours:
            return None
        return self.env._("after a grace of %s h", f"{self.grace_hours:g}")

    def _tell_cap(self, name, text):
        return self[name] and text.replace("%s", self._format(self[name]))

    def _format(self, amount):
        currency = self.currency_id or self.env.company.currency_id
        return currency.format(amount)

    # === Checks === #

    @api.constrains("agreement_id", "policy_ids", "target_ids")
    def _check_agreement(self):
        for penalty in self:
            agreement = penalty.agreement_id
            if agreement.domain != "sale":
                raise ValidationError(
                    self.env._(
                        "Penalties: %s is an agreement with a supplier. Penalties are"
                        " what we owe to customers; choose an agreement with one.",
                        agreement.name,
                    )
                )
            policies = penalty.policy_ids | penalty.target_ids.policy_id
            if policies.agreement_id - agreement or policies.filtered(
                lambda policy: not policy.agreement_id
            ):
                raise ValidationError(
                    self.env._(
                        "Penalties: choose policies and targets of %s only.",
                        agreement.name,
                    )
                )

    @api.constrains("agreement_id")
    def _check_owed(self):
        """Refuse an agreement in another currency than the one that is owed already."""
        owed = self.env["aftersales.sla.penalty.due"]._read_owed("penalty_id", self)
        for penalty, currency in owed:
            if currency != penalty.currency_id:
                raise ValidationError(
                    self.env._(
                        "Penalties: %(penalty)s is owed in %(currency)s already. Leave it"
                        " with an agreement in that currency, and make another rule.",
                        penalty=penalty.sentence,
                        currency=currency.name,
                    )
                )

    @api.constrains("basis", "amount", "percent", "basis_amount")
    def _check_amount(self):
        for penalty in self:
            if penalty.basis == AMOUNT and penalty.amount <= 0:
                raise ValidationError(self.env._("Amount: enter more than 0."))
            if penalty.basis != AMOUNT and penalty.percent <= 0:
                raise ValidationError(self.env._("Percentage: enter more than 0."))
            if penalty.basis == SUM and penalty.basis_amount <= 0:
                raise ValidationError(self.env._("Of This Sum: enter more than 0."))

    # === Changes === #

    @api.model_create_multi
    def create(self, vals_list):
        penalties = super().create(vals_list)
        penalties._mark_clocks()
        return penalties

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() - {"sequence"}:
            self._mark_clocks()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reached(self):
        """Refuse to delete what a penalty was reached by, in words."""
        # sudo: those of confidential cases count too
        reached = self.env["aftersales.sla.penalty.due"].sudo()
        found = reached.search([("penalty_id", "in", self.ids)], limit=1).penalty_id
        if found:
            raise UserError(
                self.env._(
                    "%s: cases stand under it already. Archive it instead.",
                    found.sentence,
                )
            )

    @api.model
    @ormcache()
    def _is_any(self):
        """Say whether there is any rule at all: without, nothing costs anything."""
        # sudo: what there is does not depend on who looks
        rules = self.sudo().with_context(active_test=False)
        return bool(rules.search_count([], limit=1))

    def _mark_clocks(self):
        self.agreement_id._get_all_policies()._mark_clocks()

    def _follow_copy(self, named, policy, copied):
        """Name the copy of a policy, and of its targets, where another rule names these.

        :param named: the rule that names the policy; may be this one
        """
        pairs = zip(policy.target_ids, copied.target_ids, strict=True)
        targets = [new.id for old, new in pairs if old in named.target_ids]
        policies = copied.ids if policy in named.policy_ids else []
        if policies or targets:
            self.write(
                {
                    "policy_ids": [Command.link(key) for key in policies],
                    "target_ids": [Command.link(key) for key in targets],
                }
            )

    # === Counting === #

    def _covers(self, target):
        """Say whether a miss of a target costs something by this rule."""
        self.ensure_one()
        return (
            self.active
            and self.metric in (False, target.metric)
            and (not self.policy_ids or target.policy_id in self.policy_ids)
            and (not self.target_ids or target in self.target_ids)
        )

    def _get_grace(self):
        """Return the seconds of grace."""
        return round(self.grace_hours * SECONDS_OF_HOUR)

    def _asks_for_goods(self):
        """Say whether what it costs depends on the goods of the case."""
        return self.basis == GOODS

    def _get_unit_amount(self, case, goods_value):
        """Return what one breach, hour or day costs, not rounded, as ``Decimal``.

        :param goods_value: of the case, in the currency of its company
        """
        self.ensure_one()
        if self.basis == AMOUNT:
            return to_decimal(self.amount)
        if self.basis == GOODS:
            company = case.company_id
            basis = company.currency_id._convert(
                goods_value, self.currency_id, company, case._get_report_day()
            )
        else:
            fee = self.agreement_id.sla_monthly_fee
            basis = fee if self.basis == FEE else self.basis_amount
        return take_percent(basis, self.percent)
