from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

LEADERS = "aftersales_case.group_aftersales_leader"
AMOUNTS = ("sla_case_cap", "sla_month_cap", "sla_monthly_fee")
MOST = 10**12


class Agreement(models.Model):
    """What missing the promises of an agreement costs."""

    _inherit = "agreement"

    sla_currency_id = fields.Many2one(
        "res.currency",
        "Currency",
        compute="_compute_sla_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Of the fee and of penalties; that of the company unless you choose another.",
    )
    sla_monthly_fee = fields.Monetary(
        "Monthly Fee",
        currency_field="sla_currency_id",
        groups=LEADERS,
        help="What the customer pays for the service each month.",
    )
    sla_penalty_ids = fields.One2many(
        "aftersales.sla.penalty",
        "agreement_id",
        "Penalties",
        context={"active_test": False},
        groups=LEADERS,
    )
    sla_case_cap = fields.Monetary(
        "All Penalties per Case",
        currency_field="sla_currency_id",
        groups=LEADERS,
        help="At most so much for one case. 0 means no limit.",
    )
    sla_month_cap = fields.Monetary(
        "All Penalties per Month",
        currency_field="sla_currency_id",
        groups=LEADERS,
        help="At most so much of what is reached in one month. 0 means no limit.",
    )

    @api.depends("company_id")
    def _compute_sla_currency_id(self):
        for agreement in self:
            company = agreement.company_id or self.env.company
            agreement.sla_currency_id = agreement.sla_currency_id or company.currency_id

    def _get_bounds(self, vals):
        return super()._get_bounds(vals) | dict.fromkeys(AMOUNTS, (0, MOST))

    @api.constrains("domain")
    def _check_sla_penalties(self):
        # sudo: whoever changes it may be no leader of after-sales
        self.sudo().sla_penalty_ids._check_agreement()

    @api.constrains("sla_currency_id")
    def _check_sla_currency(self):
        """Limits add up what is owed: amounts in two currencies have no sum.

        What is only at risk follows the currency; what was owed, be it taken back, keeps
        the one in which people were told of it.
        """
        owed = self.env["aftersales.sla.penalty.due"]._read_owed("agreement_id", self)
        for agreement, currency in owed:
            if currency != agreement.sla_currency_id:
                raise ValidationError(
                    self.env._(
                        "Currency: penalties of %(agreement)s are owed in %(currency)s"
                        " already. Keep it, and make another agreement for the other"
                        " currency.",
                        agreement=agreement.name,
                        currency=currency.name,
                    )
                )
        # Rules that came from another agreement.
        self.sudo().sla_penalty_ids._check_owed()

    def copy_data(self, default=None):
        """Whoever is not told what it costs duplicates it without."""
        self.check_access("read")
        # sudo: what the caller may not write is left out below
        copied = super(Agreement, self.sudo()).copy_data(default)
        return [
            {
                name: value
                for name, value in vals.items()
                if self._has_field_access(self._fields[name], "write")
            }
            for vals in copied
        ]

    def write(self, vals):
        is_money = bool(vals.keys() & {*AMOUNTS, "sla_currency_id"})
        if is_money:
            self._ensure_can_price()
        if "company_id" in vals:
            # sudo: whoever changes it may be no leader of after-sales
            self.filtered(lambda one: one.sudo().sla_penalty_ids)._ensure_can_price()
        result = super().write(vals)
        if is_money:
            self._get_all_policies()._mark_clocks()
        return result

    def _ensure_can_price(self):
        """Guard: what counts for all companies is written by who works in all of them.

        :raises AccessError: naming the first agreement that they share
        """
        shared = self.filtered(lambda agreement: not agreement.company_id)
        if shared and not self.env.su and not self.env.user._get_aftersales_shared():
            raise AccessError(
                self.env._(
                    "%s is of no company: its fee, currency, limits and penalties are"
                    " changed by who works in all companies.",
                    shared[0].name,
                )
            )

    def _copy_sla_penalties(self, source, copies):
        """Take over the penalties of another agreement.

        :param copies: ``{policy of the other: copy of it}``
        """
        self.ensure_one()
        for penalty in source.sla_penalty_ids.filtered("active"):
            made = penalty.copy(
                {"agreement_id": self.id, "policy_ids": False, "target_ids": False}
            )
            for policy, copied in copies.items():
                made._follow_copy(penalty, policy, copied)
