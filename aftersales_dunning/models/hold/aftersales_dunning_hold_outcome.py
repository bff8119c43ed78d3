from odoo import fields, models

from odoo.addons.aftersales_case.const import STATE_REJECTED

from ...const import (
    DECIDED_CREDITED,
    DECIDED_EXPIRED,
    DECIDED_PARTLY,
    DECIDED_REJECTED,
    DECIDED_REMEDIED,
    DECIDED_WITHDRAWN,
    END_BY_HAND,
    END_CREDITED,
    END_EXPIRED,
    END_SOLVED,
    END_WITHDRAWN,
    HOLD_ACTIVE,
    OUTCOMES,
    PART_TO_CREDIT,
    PART_UNDECIDED,
    SCOPE_CUSTOMER,
    SYNC,
)

OUTCOME_BY_END = {
    END_BY_HAND: DECIDED_REMEDIED,
    END_CREDITED: DECIDED_CREDITED,
    END_EXPIRED: DECIDED_EXPIRED,
    END_WITHDRAWN: DECIDED_WITHDRAWN,
}


class AftersalesDunningHold(models.Model):
    """With what a hold ends, and what has to be done first.

    The resolution of the case says it, or how the hold ended, or who released it. What
    is granted stays out until it is credited, and what nobody decided until somebody
    does; silence ends neither.
    """

    _inherit = "aftersales.dunning.hold"

    outcome = fields.Selection(
        OUTCOMES,
        readonly=True,
        copy=False,
        help="What was decided about the disputed part; its terms follow from it.",
    )
    terms_by_hand = fields.Boolean(
        readonly=True,
        copy=False,
        help="Somebody chose these terms; they do not follow from the outcome.",
    )

    question_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="What debtor control is asked to do before the part comes back.",
    )

    def _get_outcome(self, end_reason):
        """Return the outcome of a hold that ends like this; False for none or unknown."""
        self.ensure_one()
        if end_reason != END_SOLVED:
            return OUTCOME_BY_END.get(end_reason, False)
        if self.outcome:  # it waited for its credit note
            return self.outcome
        case = self.case_id
        if case.state == STATE_REJECTED:
            return case.rejection_reason_id.hold_outcome or DECIDED_REJECTED
        return case.resolution_id.hold_outcome

    def _wait_for_outcome(self, end_reason, outcomes):
        """Keep the active holds of which it is not decided, or done, how they end.

        :param outcomes: ``{hold: outcome}``
        :returns: the holds that go on
        """
        kept = self.browse()
        if end_reason not in (END_SOLVED, END_BY_HAND):
            return kept
        own = self._get_own_amounts()
        for hold in self.filtered(lambda hold: hold.state == HOLD_ACTIVE):
            if not outcomes[hold]:
                state = PART_UNDECIDED
            elif (
                outcomes[hold] == DECIDED_CREDITED
                and hold.scope != SCOPE_CUSTOMER
                and own[hold] > 0
            ):
                state = PART_TO_CREDIT
            else:
                continue
            kept |= hold
            if hold.part_state != state:
                hold.write({"part_state": state, "outcome": outcomes[hold]})
                hold._ask_debtor_control()
        return kept

    def _take_terms(self, outcomes):
        """Give holds the terms of their outcome, unless somebody chose others."""
        for hold in self.filtered(lambda hold: not hold.terms_by_hand):
            terms = hold.reason_id._get_terms_for(outcomes[hold])
            if hold._has_other_terms(terms):
                hold.with_context(aftersales_sync=SYNC).write(terms)

    # === Debtor control is asked === #

    def _ask_debtor_control(self):
        """Plan an activity for what has to be done before the part comes back."""
        self.ensure_one()
        self._close_questions()
        thread = self.move_id or self.partner_id
        is_granted = self.part_state == PART_TO_CREDIT
        day = fields.Date.context_today(self)
        days = self.company_id.aftersales_credit_days
        if is_granted and days:
            day = self.with_company(self.company_id)._get_day_ahead(days)
        user = (self._get_debtor_control(self.company_id) | self.env.user)[:1]
        quick = thread.with_context(mail_activity_quick_update=True)
        self.question_id = quick.activity_schedule(
            "aftersales_dunning.activity_to_credit"
            if is_granted
            else "aftersales_dunning.activity_outcome",
            date_deadline=day,
            user_id=user.id,
            note=self._get_question(),
        )

    def _get_question(self):
        """Return what debtor control is asked to do, in words."""
        self.ensure_one()
        values = {
            "amount": self.currency_id.format(self._get_own_amounts()[self]),
            "invoice": self.move_id.name or self.partner_id.display_name,
        }
        if self.part_state == PART_TO_CREDIT:
            return self.env._(
                "%(amount)s of %(invoice)s was granted to the customer and is not dunned"
                " until it is credited. Make the credit note.",
                **values,
            )
        return self.env._(
            "The case about %(amount)s of %(invoice)s is closed without a resolution. It"
            " is not dunned until the hold is released: say with what outcome.",
            **values,
        )

    def _close_questions(self):
        """Close what debtor control was asked about these holds, and no others."""
        # sudo: it is answered for everyone, whoever it was planned for
        self.sudo().question_id.filtered("active").unlink()

    def _answer_by_resolution(self, before):
        """Let the resolution that a closed case was given decide how holds end.

        What somebody decided on the hold itself stays decided.

        :param before: the resolution that their case had
        """
        asked = self.filtered(
            lambda hold: (
                hold.part_state == PART_UNDECIDED
                or (
                    hold.part_state == PART_TO_CREDIT
                    and before.hold_outcome == DECIDED_CREDITED
                    and not hold.before_release
                    and hold.follows_id.outcome != DECIDED_PARTLY
                )
            )
        )
        asked._reopen_parts()
        asked._end(END_SOLVED)

    def _reopen_parts(self):
        """The case goes on: what was decided is open again."""
        waiting = self.filtered(lambda hold: hold.state == HOLD_ACTIVE)
        waiting.filtered("part_state")._close_questions()
        waiting.filtered("part_state").write({"part_state": False, "outcome": False})
