from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ...const import (
    HOLD_REQUESTED,
    OUTCOME_REMIND,
    PART_DONE,
    PART_TO_CREDIT,
    PART_UNDECIDED,
    PART_WAITING,
    RELEASE_NEW_DUE,
    RELEASE_RESTART,
    RELEASE_WAIT,
    SCOPE_CUSTOMER,
    WAITS_MANAGER,
    WAITS_REMINDER,
    WAITS_SERVICE,
    WAITS_SLIP,
)


class AftersalesDunningHold(models.Model):
    """What a hold says of itself, to those who may not read its case as well."""

    _inherit = "aftersales.dunning.hold"

    case_label = fields.Char("Case Shown", compute="_compute_case_label")

    @api.depends("case_id")
    @api.depends_context("uid", "lang")
    def _compute_case_label(self):
        # sudo: only those cases are named that the user may read
        cases = self.sudo().case_id
        visible = cases.with_env(self.env)._filtered_access("read")
        for hold in self:
            case = hold.sudo().case_id  # sudo: as above
            if case and case not in visible:
                hold.case_label = self.env._("Confidential case")
            else:
                hold.case_label = case.number

    def _explain(self, visible_cases):
        """Return a sentence about what a running hold keeps from being dunned."""
        self.ensure_one()
        env = self.env
        values = {
            "reason": self.reason_id.name,
            "case": self._get_case_words(visible_cases),
            "since": format_date(env, self.date_from or self.requested_at),
            "until": format_date(env, self.date_until),
            "customer": self.partner_id.display_name,
        }
        if self.state == HOLD_REQUESTED:
            return env._(
                "A hold was asked for on %(since)s (%(reason)s, %(case)s). %(wait)s",
                wait=self._explain_wait(),
                **values,
            )
        if self.scope == SCOPE_CUSTOMER:
            text = env._(
                "All invoices of %(customer)s are held since %(since)s (%(reason)s,"
                " %(case)s).",
                **values,
            )
        else:
            text = env._(
                "%(held)s of %(total)s is in review since %(since)s and not dunned"
                " (%(reason)s, %(case)s).",
                held=format_amount(env, self.held_amount, self.currency_id),
                total=format_amount(env, self.move_id.amount_total, self.currency_id),
                **values,
            )
        return " ".join(part for part in (text, self._explain_end()) if part)

    def _explain_wait(self):
        """Return for what a hold waits that does not work yet."""
        self.ensure_one()
        env = self.env
        if self.waits_for == WAITS_SERVICE:
            return env._(
                "It works only when somebody who works on the case approves it."
            )
        if self.waits_for == WAITS_SLIP:
            return env._(
                "It works only when somebody who works on the case confirms the delivery"
                " slip."
            )
        if self.waits_for == WAITS_REMINDER:
            return env._(
                "It works as soon as the reminder has left that is on its way."
            )
        if self.waits_for == WAITS_MANAGER:
            return env._("It works only when the accounting manager approves it.")
        return env._("It works only when debtor control approves it.")

    def _explain_end(self):
        """Return when a hold ends at the latest, and how dunning goes on then."""
        env = self.env
        if self.part_state == PART_TO_CREDIT:
            return env._("It was granted, and stays out until it is credited.")
        if self.part_state == PART_UNDECIDED:
            return env._(
                "Its case is closed; debtor control decides with what outcome."
            )
        texts = []
        if self.date_until:
            texts.append(
                env._("It ends on %s at the latest.", format_date(env, self.date_until))
            )
        if self.release_policy == RELEASE_WAIT:
            texts.append(
                env._("Then dunning waits %s days more and goes on.", self.wait_days)
            )
        elif self.release_policy == RELEASE_RESTART:
            texts.append(env._("Then dunning starts again at the first reminder."))
        elif self.release_policy == RELEASE_NEW_DUE and self.payment_term_id:
            texts.append(
                env._(
                    "Then it gets a new due date by the term “%s”.",
                    self.payment_term_id.name,
                )
            )
        elif self.release_policy == RELEASE_NEW_DUE:
            texts.append(
                env._("Then it is due %s days after the release.", self.due_days)
            )
        else:
            texts.append(env._("Then dunning goes on at the level reached."))
        return " ".join(texts)

    def _explain_part(self):
        """Return a sentence about a part that is out until its date."""
        self.ensure_one()
        env, day = self.env, format_date(self.env, self.resume_on)
        if self.scope == SCOPE_CUSTOMER or self._is_of_all():
            return env._(
                "Not dunned before %s, on the terms of a hold that ended.", day
            )
        return env._(
            "%(amount)s of it is not dunned before %(day)s, on the terms of a hold that"
            " ended.",
            amount=format_amount(env, self.held_amount, self.currency_id),
            day=day,
        )

    def _is_of_all(self):
        """Say whether its part is all that is open of the invoice."""
        self.ensure_one()
        open_amount = self.move_id.amount_residual
        return self.currency_id.compare_amounts(self.held_amount, open_amount) >= 0

    def _explain_series(self, line, prospect, day):
        """Return a sentence about a part that is dunned by itself.

        :param line: the instalment on which it lies
        :param prospect: ``Prospect`` of it on the day
        """
        self.ensure_one()
        env = self.env
        amount = format_amount(env, prospect.due, self.currency_id)
        if prospect.outcome == OUTCOME_REMIND:
            return env._(
                "%(amount)s was disputed: a run on %(day)s sends reminder %(level)s"
                " (%(name)s) about it alone.",
                amount=amount,
                day=format_date(env, day),
                level=prospect.level.level,
                name=prospect.level.name,
            )
        if prospect.next_on and prospect.next_on > day:
            return env._(
                "%(amount)s was disputed and is dunned by itself: reminder %(level)s"
                " (%(name)s) has its turn on %(day)s.",
                amount=amount,
                day=format_date(env, prospect.next_on),
                level=prospect.next_level.level,
                name=prospect.next_level.name,
            )
        return env._(
            "%(amount)s was disputed and is dunned by itself. %(text)s",
            amount=amount,
            text=line._explain_prospect(prospect, day),
        )

    def _tell_terms(self):
        """Return how dunning goes on after a hold that ended with its terms."""
        self.ensure_one()
        env = self.env
        outcome = dict(self._fields["outcome"]._description_selection(env))
        label = outcome.get(self.outcome)
        terms = self._tell_return()
        if not label:
            return terms
        return env._("%(outcome)s. %(terms)s", outcome=label, terms=terms)

    def _tell_return(self):
        self.ensure_one()
        env = self.env
        if self.part_state == PART_DONE:
            return env._("Nothing was held any more.")
        if self.part_state == PART_WAITING:
            text = self._explain_part()
            if self.is_series:
                text = env._("%s Then it is dunned by itself.", text)
            return text
        if self.release_policy == RELEASE_RESTART:
            return env._("Dunning starts again at the first reminder.")
        if self.release_policy == RELEASE_NEW_DUE and self.due_after:
            return env._("New due date: %s.", format_date(env, self.due_after))
        if self.release_policy == RELEASE_NEW_DUE:
            return env._("The due date stays.")
        return env._("Dunning goes on at the level reached.")

    def _get_case_words(self, visible_cases):
        """Return how the case of a hold is named to a user who sees these cases."""
        self.ensure_one()
        if not self.case_id:
            return self.env._("without a case")
        if self.case_id not in visible_cases:
            return self.env._("a confidential case")
        return self.env._("case %s", self.case_id.number)
