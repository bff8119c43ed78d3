from odoo import models
from odoo.tools import format_amount, format_date

from ...const import (
    OUTCOME_BY_HAND,
    OUTCOME_HELD,
    OUTCOME_LAST,
    OUTCOME_NO_ACCOUNT,
    OUTCOME_NO_FOLLOW,
    OUTCOME_NO_POLICY,
    OUTCOME_NOT_DUE,
    OUTCOME_REMIND,
    OUTCOME_SMALL,
    OUTCOME_WAITS,
)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _explain_prospect(self, prospect, day):
        """Return a sentence about what a run on a day makes of this instalment."""
        env = self.env
        outcome, policy = prospect.outcome, prospect.policy
        due = format_amount(env, prospect.due, self.currency_id)
        if outcome == OUTCOME_NO_POLICY:
            return env._(
                "Not dunned: no reminder policy is set on the invoice, its customer or the"
                " company."
            )
        if outcome == OUTCOME_NO_FOLLOW:
            return env._("Not dunned: the policy “%s” sends no reminders.", policy.name)
        if outcome == OUTCOME_NO_ACCOUNT:
            return env._(
                "Not dunned: the policy “%(policy)s” does not cover account %(account)s.",
                policy=policy.name,
                account=self.account_id.display_name,
            )
        if outcome == OUTCOME_BY_HAND:
            return env._(
                "Not dunned by itself: earlier reminders were sent under another policy, so"
                " a person decides."
            )
        if outcome == OUTCOME_REMIND:
            return env._(
                "A run on %(day)s sends reminder %(level)s (%(name)s) about %(due)s.",
                day=format_date(env, day),
                level=prospect.level.level,
                name=prospect.level.name,
                due=due,
            )
        if outcome == OUTCOME_SMALL:
            return env._(
                "Not dunned: %(due)s is below the tolerance of %(tolerance)s.",
                due=due,
                tolerance=format_amount(
                    env,
                    self.company_id.credit_control_tolerance,
                    self.company_id.currency_id,
                ),
            )
        return self._explain_waiting(prospect, day)

    def _explain_waiting(self, prospect, day):
        """Return a sentence about an instalment that has its turn later, or never."""
        env = self.env
        if prospect.outcome == OUTCOME_LAST:
            return env._(
                "The last reminder of the policy “%s” has been given; no further one"
                " follows.",
                prospect.policy.name,
            )
        if prospect.outcome == OUTCOME_HELD and prospect.level:
            return env._(
                "Without this, reminder %(level)s (%(name)s) would be sent.",
                level=prospect.level.level,
                name=prospect.level.name,
            )
        texts = []
        if prospect.outcome == OUTCOME_NOT_DUE:
            texts.append(
                env._("Not due before %s.", format_date(env, self.date_maturity))
            )
        elif prospect.outcome != OUTCOME_WAITS:
            texts.append(env._("Another rule keeps it out of the run."))
        # A turn that is past was not taken: by which rule is said above.
        if prospect.next_on and prospect.next_on > day:
            texts.append(
                env._(
                    "Reminder %(level)s (%(name)s) has its turn on %(day)s.",
                    level=prospect.next_level.level,
                    name=prospect.next_level.name,
                    day=format_date(env, prospect.next_on),
                )
            )
        return " ".join(texts)
