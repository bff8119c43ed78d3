from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...const import (
    MOST_RELEASE_DAYS,
    RELEASE_GO_ON,
    RELEASE_NEW_DUE,
    RELEASE_POLICIES,
    RELEASE_WAIT,
    TERMS,
)


class AftersalesDunningReleaseTerms(models.AbstractModel):
    """How dunning goes on after a hold: a default on the reason, a choice on the hold."""

    _name = "aftersales.dunning.release.terms"
    _description = "Terms of Release"
    _inherit = "aftersales.bounded.mixin"

    release_policy = fields.Selection(
        RELEASE_POLICIES,
        "After Release",
        required=True,
        default=RELEASE_GO_ON,
        help="How dunning goes on when the hold ends. What was already sent stays sent.",
    )
    wait_days = fields.Integer(
        "Days to Wait", default=7, help="Calendar days before dunning goes on."
    )
    due_days = fields.Integer(
        "Days until Due", default=14, help="Calendar days from the release."
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        help="The new due date by a payment term, counted from the release; instead of"
        " a number of days.",
    )

    @api.constrains(*TERMS)
    def _check_release_days(self):
        for terms in self:
            if terms.release_policy == RELEASE_WAIT and terms.wait_days < 1:
                raise ValidationError(
                    self.env._("Days to Wait: enter at least one day.")
                )
            if (
                terms.release_policy == RELEASE_NEW_DUE
                and not terms.payment_term_id
                and terms.due_days < 1
            ):
                raise ValidationError(
                    self.env._(
                        "Days until Due: enter at least one day, or choose a payment"
                        " term."
                    )
                )
            if terms._get_days_given() > MOST_RELEASE_DAYS:
                raise ValidationError(
                    self.env._(
                        "Payment Term: choose one that is due within %s days of the"
                        " release.",
                        MOST_RELEASE_DAYS,
                    )
                )

    def _get_bounds(self, vals):
        # Less than one is judged together with the policy.
        days = (-MOST_RELEASE_DAYS, MOST_RELEASE_DAYS)
        return super()._get_bounds(vals) | {"wait_days": days, "due_days": days}

    def _get_terms(self):
        """Return the terms as values for another record that carries them."""
        self.ensure_one()
        return {
            "release_policy": self.release_policy,
            "wait_days": self.wait_days,
            "due_days": self.due_days,
            "payment_term_id": self.payment_term_id.id,
        }

    def _has_other_terms(self, vals):
        """Say whether values name other terms than these.

        :param vals: values of a record that carries terms; what they leave out is the same
        """
        own = self._get_terms()
        return any(
            (vals[name] or False) != (own[name] or False)
            for name in TERMS
            if name in vals
        )

    def _get_days_given(self, terms=None):
        """Return how many days terms give a customer from today on.

        :param terms: as by ``_get_terms``; those of this record unless given
        """
        terms = terms or self._get_terms()
        if terms["release_policy"] == RELEASE_WAIT:
            return int(terms["wait_days"] or 0)
        if terms["release_policy"] != RELEASE_NEW_DUE:
            return 0
        # sudo: service need not read payment terms; only counted
        term = self.env["account.payment.term"].sudo()
        term = term.browse(terms["payment_term_id"] or None)
        if not term:
            return int(terms["due_days"] or 0)
        today = fields.Date.context_today(self)
        days = [(line._get_due_date(today) - today).days for line in term.line_ids]
        return max(days, default=0)
