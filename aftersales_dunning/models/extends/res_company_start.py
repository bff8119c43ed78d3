from odoo import models

from odoo.addons.aftersales_case.engine.start import Step


class ResCompany(models.Model):
    """What is set up of dunning in a company, and what is missing."""

    _inherit = "res.company"

    def _get_setup_steps(self):
        return [*super()._get_setup_steps(), self._get_setup_of_dunning()]

    def _get_setup_of_dunning(self):
        policy = self.sudo().credit_policy_id  # sudo: which one it is
        is_done = bool(policy.account_ids)
        if is_done:
            text = self.env._("Who owes is reminded by “%s”.", policy.name)
        elif policy:
            text = self.env._(
                "“%s” has no accounts: its reminders find no invoice. Add the receivable"
                " account.",
                policy.name,
            )
        else:
            text = self.env._(
                "The company has no credit control policy, so nobody is reminded, and there"
                " is nothing to hold."
            )
        action = "account_credit_control.credit_policy_configuration_action"
        return Step(
            "dunning",
            self.env._("Choose how you remind of invoices"),
            text,
            is_done,
            self._if_member("account.group_account_manager", action),
        )
