from datetime import date
from typing import NamedTuple

from odoo import models

from ...const import (
    OUTCOME_APART,
    OUTCOME_BY_HAND,
    OUTCOME_HELD,
    OUTCOME_LAST,
    OUTCOME_LEFT_OUT,
    OUTCOME_NO_ACCOUNT,
    OUTCOME_NO_FOLLOW,
    OUTCOME_NO_POLICY,
    OUTCOME_NOT_DUE,
    OUTCOME_REMIND,
    OUTCOME_SMALL,
    OUTCOME_WAITS,
    REACHED_STATES,
)
from ...engine.private import AllItems, OnlyItems
from .account_move_standing import Standing


class Prospect(NamedTuple):
    """What a run on some day makes of one open instalment."""

    outcome: str
    standing: Standing
    due: float  # what would be asked for, in the instalment's currency
    policy: models.BaseModel
    level: models.BaseModel  # whose turn it is on that day, holds aside
    reached: models.BaseModel  # the last reminder that counts
    next_level: models.BaseModel
    next_on: date | None
    open: float  # of the rest or of the part that it is about


class AccountMoveLine(models.Model):
    """What the next dunning run will do, judged by its own code and without a trace."""

    _inherit = "account.move.line"

    def _get_prospects(self, day):
        """Say what a dunning run on a day makes of these open instalments.

        Selection, levels and holds are asked of the methods that the run itself calls;
        nothing is written.

        :param day: date of the run
        :returns: ``{line: Prospect}``; the number of queries depends on the policies
        """
        # sudo: whoever reads an invoice may know why it is dunned; the policies belong
        # to credit control
        lines = self.sudo()
        standings = lines.move_id._get_standings(day)
        due = lines._get_due_of_parts(day, standings)
        policies = lines._get_dunning_policies()
        taken = lines._get_taken_by_run(day)
        levels = lines._get_levels_in_turn(day, policies, taken)
        reached = lines._get_last_reminders()

        def parts(line):
            return standings[line.move_id].parts

        other = {
            line
            for policy, own in lines.grouped(policies.get).items()
            if policy
            for line in policy._lines_different_policy(own)
        }
        return {
            line.with_env(self.env): line._judge(
                day,
                standings[line.move_id].of_item(line.id),
                policies[line],
                levels.get(line),
                reached.get(line),
                taken=line in taken,
                by_hand=line in other,
                due=due.get((line.id, False)),
                apart=sum(due.get((line.id, part.hold_id), 0) for part in parts(line)),
            )
            for line in lines
        }

    def _judge(
        self, day, standing, policy, level, reached, *, taken, by_hand, due, apart
    ):
        """Return the ``Prospect`` of one instalment from what was found out about all.

        :param due: what may be asked for with the rest; None for all
        :param apart: what of it is dunned by itself
        """
        open_amount = self._get_open_amount() - apart
        due = open_amount if due is None else due
        next_level = policy._get_next_level(reached)
        if outcome := self._get_outcome_of_policy(policy):
            pass  # nothing is dunned, whatever else is true
        elif by_hand:
            outcome = OUTCOME_BY_HAND
        elif apart and not self._is_more(open_amount):
            outcome = OUTCOME_APART
        elif self.date_maturity and self.date_maturity > day:
            outcome = OUTCOME_NOT_DUE
        elif not level:
            outcome = OUTCOME_WAITS if next_level else OUTCOME_LAST
        elif standing.is_stopped or (open_amount and not due):
            outcome = OUTCOME_HELD
        elif self._is_below_tolerance(day, open_amount, due):
            outcome = OUTCOME_SMALL
        else:
            outcome = OUTCOME_REMIND if taken else OUTCOME_LEFT_OUT
        return Prospect(
            outcome,
            standing,
            0.0 if standing.is_stopped else due,
            policy,
            level or policy.level_ids.browse(),
            reached or self.env["credit.control.line"],
            next_level,
            next_level._get_turn(self, reached) if next_level else None,
            self.amount_residual_currency - apart,
        )

    def _get_outcome_of_policy(self, policy):
        """Return why a policy reminds of nothing on the account of this; None if it does."""
        if not policy:
            return OUTCOME_NO_POLICY
        if policy.do_nothing or not policy.active:
            return OUTCOME_NO_FOLLOW
        return None if self.account_id in policy.account_ids else OUTCOME_NO_ACCOUNT

    def _is_more(self, amount):
        """Say whether an amount is more than nothing, in what it is counted in."""
        currency = self.currency_id or self.company_id.currency_id
        return currency.compare_amounts(amount, 0) > 0

    def _is_wholly_held(self, prospect):
        """Say whether the part of its invoice that is held takes all of an instalment."""
        standing = prospect.standing
        return bool(standing.held and not standing.is_stopped and not prospect.due)

    def _get_open_amount(self):
        """Return what is open, in the currency in which the run takes it."""
        self.ensure_one()
        if self.currency_id and self.currency_id != self.company_id.currency_id:
            return self.amount_residual_currency
        return self.amount_residual

    def _is_below_tolerance(self, day, open_amount, due):
        """Say whether the run finds an instalment too small to write a reminder.

        The whole open amount is compared as the engine does it, what a hold leaves of it
        with the tolerance in the instalment's currency.
        """
        self.ensure_one()
        company = self.company_id
        currency = self.currency_id or company.currency_id
        tolerance = company.credit_control_tolerance
        by_engine = currency._convert(tolerance, company.currency_id, company, day)
        if open_amount < by_engine:
            return True
        own = company.currency_id._convert(tolerance, currency, company, day)
        return bool(
            currency.compare_amounts(due, open_amount)
            and currency.compare_amounts(due, own) < 0
        )

    def _get_dunning_policies(self):
        """Return ``{line: policy}``: of the invoice, else the customer, else the company."""
        return {
            line: line.move_id.credit_policy_id
            or line.partner_id.credit_policy_id
            or line.company_id.credit_policy_id
            for line in self
        }

    def _get_taken_by_run(self, day, with_held=False):
        """Return the lines that a run on a day looks at, as its own selection finds them.

        :param with_held: whether to take those of which nothing may be asked for, too
        """
        taken = self.browse()
        policies = self.env["credit.control.policy"].search(
            [
                ("do_nothing", "=", False),
                ("company_id", "in", [*self.company_id.ids, False]),
            ]
        )
        for company, own in self.grouped("company_id").items():
            run = self.env["credit.control.run"].new(
                {"date": day, "company_id": company.id}
            )
            asked = policies.with_company(company).with_context(
                dunning_line_ids=OnlyItems(own.ids),
                dunning_all=AllItems() if with_held else None,
            )
            for policy in asked:
                taken |= policy._get_move_lines_to_process(run).with_env(self.env)
        return taken & self

    def _get_levels_in_turn(self, day, policies, taken):
        """Return ``{line: level}``: which reminder has its turn on a day.

        Lines outside the run are judged too, so that what is held can be told from what
        would not have been dunned anyway.
        """
        result = {}
        for part, is_run in ((taken, True), (self - taken, False)):
            for policy, lines in part.grouped(policies.get).items():
                by_partner = {}
                for level in reversed(policy.level_ids):
                    for line in level.get_level_lines(day, lines):
                        if is_run and policy.apply_max_policy_level:
                            highest = by_partner.setdefault(line.partner_id, level)
                            result.setdefault(line, highest)
                        else:
                            result.setdefault(line, level)
        return result

    def _get_last_reminders(self):
        """Return ``{line: credit control line}``: the last reminder that counts."""
        reminders = self.env["credit.control.line"].search(
            [
                ("move_line_id", "in", self.ids),
                ("state", "in", REACHED_STATES),
                ("manually_overridden", "=", False),
            ],
            order="id",
        )
        return {reminder.move_line_id: reminder for reminder in reminders}
