from odoo import api, models

from odoo.addons.aftersales_case.engine.private import get_private

from ...engine.private import Payable


class AccountMoveLine(models.Model):
    """A payment pays of each open item what was asked for, and no more."""

    _inherit = "account.move.line"

    @api.model
    def _prepare_reconciliation_plan(
        self, plan, amls_values_map, shadowed_aml_values=None
    ):
        """Match no more of open items than the payment may pay of them.

        Odoo would give a payment of several invoices to the oldest. What it matches is
        shown smaller here, in both currencies, so that its exchange differences are right
        for what is paid.
        """
        payable = get_private(self.env.context, "dunning_payable", Payable)
        lines = [line for line in amls_values_map if line.id in (payable or ())]
        amounts = payable.take() if lines else {}
        for line in lines:
            self._limit_values(line, amls_values_map[line], amounts[line.id])
        return super()._prepare_reconciliation_plan(
            plan, amls_values_map, shadowed_aml_values=shadowed_aml_values
        )

    @api.model
    def _limit_values(self, line, values, amount):
        open_amount = values["amount_residual_currency"]
        if line.currency_id.compare_amounts(open_amount, amount) <= 0:
            return
        values["amount_residual"] = line.company_currency_id.round(
            values["amount_residual"] * amount / open_amount
        )
        values["amount_residual_currency"] = amount
