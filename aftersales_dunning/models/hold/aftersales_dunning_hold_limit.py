from odoo import fields, models

from odoo.addons.aftersales_case.engine.private import get_private

from ...const import (
    DEBTOR_CONTROL,
    END_BY_HAND,
    END_EXPIRED,
    END_REFUSED,
    END_WITHDRAWN,
    LIMIT_DATE,
    LIMIT_HOLD,
    LIMIT_RENEW,
    SCOPE_CUSTOMER,
    SCOPE_INVOICE,
    TERMS,
    WAITS_APPROVAL,
    WAITS_MANAGER,
)
from ...engine.private import LinesWorth


class AftersalesDunningHold(models.Model):
    """What of a hold is beyond what a user decides by himself.

    Service decides about what the goods of its case are billed at, on the terms of the
    reason, renewed once. What is more, debtor control decides, and the accounting
    manager where that has a limit: see ``aftersales_dunning_limit.py``.
    """

    _inherit = "aftersales.dunning.hold"

    # === Up to how much === #

    def _filter_beyond(self, user, vals=None):
        """Return those of these holds that a user may not let work by himself.

        :param vals: values that they would get
        """
        Limit = self.env["aftersales.dunning.limit"]
        bound = self.filtered(
            lambda hold: (
                Limit._get_limits(user, hold.company_id, LIMIT_HOLD) is not None
            )
        )
        if not bound:
            return bound
        # sudo: service need not read invoices to hold one; only compared
        worths = bound.sudo()._get_worths(vals)
        goods = bound.sudo()._get_goods_worths()  # sudo: as above

        def is_free(hold):
            worth, currency = worths[hold.id], hold.company_id.currency_id
            if (vals or {}).get("scope", hold.scope) == SCOPE_CUSTOMER:
                return hold._is_in_limit(user, worth)
            of_goods = currency.compare_amounts(worth, goods[hold.id]) <= 0
            return of_goods or hold._is_in_limit(user, worth)

        return bound.filtered(lambda hold: not is_free(hold))

    def _is_in_limit(self, user, worth):
        self.ensure_one()
        days = self.reason_id.sudo().max_days or None  # sudo: set up by debtor control
        return self.env["aftersales.dunning.limit"]._is_within_limit(
            user, self.company_id, LIMIT_HOLD, worth, days
        )

    def _get_worths(self, vals=None):
        """Return ``{hold id: what it keeps from being dunned}``, in company currency.

        :param vals: values that the holds would get
        """
        vals = vals or {}
        of_customers = self.filtered(
            lambda hold: vals.get("scope", hold.scope) == SCOPE_CUSTOMER
        )
        items = of_customers._get_customer_items(as_customers=True)
        worths = {}
        for hold in self:
            scope = vals.get("scope", hold.scope)
            if hold in of_customers:
                worths[hold.id] = sum(items[hold].mapped("amount_residual"))
                continue
            amount = (
                hold.move_id.amount_residual
                if scope == SCOPE_INVOICE
                else float(vals.get("amount", hold.amount) or 0) - hold.credited_amount
            )
            worths[hold.id] = hold._to_company_currency(amount)
        return worths

    def _get_goods_worths(self):
        """Return ``{hold id: what the goods of its case are billed at}`` there."""
        asked = get_private(self.env.context, "dunning_lines_worth", LinesWorth) or 0
        return {
            hold.id: hold._to_company_currency(
                max(sum(hold._get_shares().mapped("amount")), asked)
            )
            for hold in self
        }

    def _to_company_currency(self, amount):
        """Convert at the rate of the invoice, as it is booked."""
        self.ensure_one()
        company, day = self.company_id, self.move_id.invoice_date
        return (self.currency_id or company.currency_id)._convert(
            amount, company.currency_id, company, day or fields.Date.context_today(self)
        )

    def _ensure_may_hold_so_much(self, vals):
        """Guard: nobody lets a hold cover more than he decides by himself.

        What waits for an approval anyway may be corrected.

        :raises AccessError: naming the limit, and who decides
        """
        if self.env.su or not vals.keys() & {"amount", "scope"}:
            return
        user = self.env.user
        beyond = self.filtered(
            lambda hold: hold.waits_for not in (WAITS_APPROVAL, WAITS_MANAGER)
        )._filter_beyond(user, vals)
        # sudo: as above
        before, after = beyond.sudo()._get_worths(), beyond.sudo()._get_worths(vals)
        for hold in beyond:
            company = hold.company_id
            more = company.currency_id.compare_amounts(after[hold.id], before[hold.id])
            if more > 0:
                self.env["aftersales.dunning.limit"]._refuse(user, company, LIMIT_HOLD)

    # === How often === #

    def _ensure_may_renew(self, until):
        """Guard: service renews once as the reason says, debtor control within its limit.

        :param until: ``{hold: date or False}`` of the active ones
        :raises AccessError: naming the limit, and who decides
        """
        if self.env.su:
            return
        user = self.env.user
        Limit = self.env["aftersales.dunning.limit"]
        is_debtor = user.has_group(DEBTOR_CONTROL)
        # sudo: service need not read invoices; only compared
        again = self.sudo().filtered(
            lambda hold: (
                is_debtor
                or hold._count_earlier() + hold.renewal_count
                or hold._is_longer_than_reason(until.get(hold))
            )
        )
        worths = again._get_worths()
        for hold in again:
            days = hold._get_days_renewed(until.get(hold))
            if not Limit._is_within_limit(
                user, hold.company_id, LIMIT_RENEW, worths[hold.id], days
            ):
                Limit._refuse(user, hold.company_id, LIMIT_RENEW)

    def _is_longer_than_reason(self, until):
        """Say whether a renewal until a day is longer than the reason says."""
        proposed = self._get_proposed_until()
        return bool(until and proposed and until > proposed)

    def _get_days_renewed(self, until=None):
        """Return how many days a hold runs in all when it is renewed; None for ever.

        :param until: the day until which it is; as its reason says unless given
        """
        self.ensure_one()
        until = until or self._get_proposed_until()
        return (until - (self.date_from or self._get_today())).days if until else None

    def _count_earlier(self):
        """Count how often the same was held before: asking anew is renewing, too."""
        self.ensure_one()
        return sum(
            1 + hold.renewal_count
            for hold in self._get_earlier()
            if hold.date_from
            and (
                hold.end_reason in (END_BY_HAND, END_EXPIRED)
                or (hold.end_reason == END_WITHDRAWN and hold.case_id != self.case_id)
            )
        )

    def _get_earlier(self):
        """Return the holds of the case on the same invoice, or customer, that ended.

        And those of other cases about the same goods: a new case is no way to hold on.
        """
        self.ensure_one()
        known = self.case_id.hold_ids
        if self.case_id:
            # sudo: all cases count, whoever sees them
            known |= self.sudo().move_id.hold_ids.filtered("case_id")
        return (known - self).filtered(
            lambda hold: (
                hold.end_reason
                and hold.move_id == self.move_id
                and (
                    hold.case_id == self.case_id
                    or self._get_goods() & hold._get_goods()
                )
            )
        )

    def _get_goods(self):
        """Return which deliveries and order lines the case of a hold is about."""
        self.ensure_one()
        lines = self.case_id.line_ids.filtered(lambda line: line.concerned)
        return {
            (goods._name, goods.id)
            for line in lines
            for goods in (line.move_id or line.sale_line_id)
        }

    def _is_held_again(self):
        """Say whether the same was refused, or held more than once before."""
        self.ensure_one()
        refused = END_REFUSED in self._get_earlier().mapped("end_reason")
        return refused or self._count_earlier() > 1

    def _is_asked_again(self):
        """Say whether a new hold is a second renewal, or asks again after a refusal."""
        self.ensure_one()
        if END_REFUSED in self._get_earlier().mapped("end_reason"):
            return True
        return self._count_earlier() > 1 and not self.env[
            "aftersales.dunning.limit"
        ]._is_within_limit(
            self.requested_by_id,
            self.company_id,
            LIMIT_RENEW,
            self._get_worths()[self.id],
            self._get_days_renewed(),
        )

    # === On which terms === #

    def _ensure_may_set_terms(self, vals):
        """Guard: service gives the terms of the reason, debtor control others.

        :param vals: values that the holds get; a new reason brings its own terms
        :raises AccessError: naming the limit, and who decides
        """
        if self.env.su or not vals.keys() & set(TERMS):
            return
        # sudo: set up by debtor control; only compared
        changed = self.sudo().filtered(lambda hold: hold._are_other_terms(vals))
        if changed.filtered("approved_by_id"):
            self._ensure_debtor_control()
        changed.sudo(False)._ensure_may_give(vals)

    def _ensure_may_give(self, vals):
        """Guard: who gives terms of his own does so within his limit.

        :param vals: values that the holds get
        :raises AccessError: naming the limit, and who decides
        """
        user = self.env.user
        Limit = self.env["aftersales.dunning.limit"]
        holds = self.sudo()  # sudo: service need not read invoices; only compared
        worths = holds._get_worths()
        for hold in holds:
            days = hold._get_days_given(hold._get_terms() | vals)
            if not Limit._is_within_limit(
                user, hold.company_id, LIMIT_DATE, worths[hold.id], days
            ):
                self.env["aftersales.dunning.limit"]._refuse(
                    user, hold.company_id, LIMIT_DATE
                )

    def _has_date_limit(self, user):
        """Say whether a user gives other terms than the reason's up to some amount."""
        Limit = self.env["aftersales.dunning.limit"]
        limits = [Limit._get_limit(user, c, LIMIT_DATE) for c in self.company_id]
        return all(limit is None or limit.amount for limit in limits)

    def _are_other_terms(self, vals):
        """Say whether values give a hold other terms than it has, or its reason."""
        self.ensure_one()
        if not self._has_other_terms(vals):
            return False
        own = self._get_terms()
        reason = self.reason_id.browse(vals.get("reason_id") or self.reason_id.id)
        return self.reason_id._has_other_terms(own) or reason._has_other_terms(
            own | vals
        )
