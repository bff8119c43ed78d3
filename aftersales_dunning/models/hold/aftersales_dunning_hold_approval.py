from odoo import api, fields, models

from ...const import (
    ACCOUNTING_MANAGER,
    CUSTOMER_HOLD_APPROVAL,
    DEBTOR_CONTROL,
    HOLD_ACTIVE,
    SCOPE_AMOUNT,
    SCOPE_CUSTOMER,
    SYNC,
    WAITS_APPROVAL,
    WAITS_MANAGER,
    WAITS_SERVICE,
)


class AftersalesDunningHold(models.Model):
    """Whether somebody has to approve a hold, and who is asked to."""

    _inherit = "aftersales.dunning.hold"

    approved_amount = fields.Monetary(
        readonly=True, help="What was disputed when it was approved."
    )
    unapproved_amount = fields.Monetary(
        "Not Approved",
        readonly=True,
        copy=False,
        help="What the goods are billed at beyond what was approved. It is dunned until"
        " somebody approves it as well.",
    )

    def _needs_approval(self):
        """Hook: say whether debtor control has to approve a hold.

        A complaint after the last reminder may be one to gain time, and a hold on all
        invoices of a customer is no matter of one case. Neither is more than its goods
        are billed at.
        """
        self.ensure_one()
        requester = self.requested_by_id
        if self.follows_id and self.approved_by_id:
            return False  # the same was approved before
        # Whoever posts the invoice of the goods did not decide about the hold.
        is_asked = self.env.context.get("aftersales_sync") is not SYNC
        if (
            is_asked
            and requester.has_group(DEBTOR_CONTROL)
            and not requester._is_superuser()
        ):
            return False
        return (
            self._is_reserved()
            or self._is_beyond_requester()
            or (not is_asked and self._is_held_again())
        )

    def _is_reserved(self):
        """Say whether only debtor control decides about such a hold, whatever it costs."""
        self.ensure_one()
        return (
            self.scope == SCOPE_CUSTOMER
            or self.reason_id.needs_approval
            or self.move_id._is_finally_reminded()
        )

    def _is_beyond_requester(self):
        """Say whether whoever asked for a hold does not decide about it himself.

        What a customer asks for is judged when somebody approves it for him.
        """
        self.ensure_one()
        if self.asked_by_customer or self.env.context.get("aftersales_sync") is SYNC:
            return False
        requester = self.requested_by_id
        if self._filter_beyond(requester):
            return True
        is_service = not (
            requester._is_superuser() or requester.has_group(DEBTOR_CONTROL)
        )
        return is_service and self._is_asked_again()

    def _ask_approval(self):
        """Tell those who may approve these holds that they are asked to."""
        for hold in self:
            told = hold._get_approvers()
            if not told:
                continue
            # The name of a confidential case is none of theirs.
            case = hold.case_id.filtered(lambda case: not case.confidential)
            thread = hold.move_id or case
            if hold.waits_for == WAITS_SERVICE:
                thread = hold.case_id  # whoever works on it need not read invoices
            if not hold.case_id or not thread:
                # Who reads the invoice, or the customer, need not know of the hold.
                thread = self.env["mail.thread"]
                where = {"model": hold._name, "res_id": hold.id}
            else:
                where = {}
            thread.message_notify(
                subject=self.env._("Approval of a dunning hold: %s", hold.display_name),
                body=hold._get_approval_words(),
                partner_ids=told.partner_id.ids,
                **where,
            )

    def _get_approvers(self):
        """Return the users who are told that this hold waits for them."""
        self.ensure_one()
        if self.waits_for == WAITS_SERVICE:
            return self.case_id.user_id
        if self.waits_for == WAITS_MANAGER:
            return self._get_members(ACCOUNTING_MANAGER, self.company_id)
        return self._get_debtor_control(self.company_id)

    @api.model
    def _get_debtor_control(self, company):
        """Return the users who do the debtor control of a company."""
        return self._get_members(DEBTOR_CONTROL, company)

    @api.model
    def _get_members(self, group, company):
        """Return the colleagues of a group, by its external id, in a company."""
        return self.env.ref(group).all_user_ids.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )

    def _get_approval_words(self):
        self.ensure_one()
        values = {
            "user": self.requested_by_id.name,
            "invoice": self.move_id.name or self.partner_id.display_name,
        }
        if self.waits_for == WAITS_SERVICE:
            return self.env._(
                "The customer asks not to be dunned for %(invoice)s. The hold works only"
                " when somebody who works on the case approves it.",
                **values,
            )
        if self.unapproved_amount:
            return self.env._(
                "%(more)s more of %(invoice)s is disputed than was approved. It is dunned"
                " until debtor control approves it.",
                more=self.currency_id.format(self.unapproved_amount),
                **values,
            )
        if self.waits_for == WAITS_MANAGER:
            return self.env._(
                "%(user)s asks not to dun %(invoice)s. It is more than debtor control"
                " decides about: the hold works only when the accounting manager approves"
                " it.",
                **values,
            )
        return self.env._(
            "%(user)s asks not to dun %(invoice)s. The hold works only when debtor"
            " control approves it.",
            **values,
        )

    def _is_beyond_customer(self):
        """Say whether a customer may not raise a hold that works: others decided on it."""
        self.ensure_one()
        policy = self.company_id.aftersales_customer_hold
        is_decided = self.approved_by_id and self._is_reserved()
        return self.state == HOLD_ACTIVE and bool(
            is_decided or policy == CUSTOMER_HOLD_APPROVAL
        )

    # === What grows after it was approved === #

    def _keep_to_approved(self, amount):
        """Say how much of its goods a hold covers, and ask for what was not approved.

        What was approved was that much: goods that are added to the case are not.

        :param amount: what the goods are billed at now
        """
        self.ensure_one()
        rest = 0.0
        if (
            self.state == HOLD_ACTIVE
            and self.approved_by_id
            and self.approved_amount
            and self.scope == SCOPE_AMOUNT
            and self._is_reserved()
        ):
            rest = self.currency_id.round(max(amount - self.approved_amount, 0))
        more = self.currency_id.compare_amounts(rest, self.unapproved_amount)
        if more:
            self.unapproved_amount = rest
        if more > 0:
            self._ask_approval()
        return amount - rest

    def _approve_rest(self):
        """Let approved holds cover what their goods are billed at by now."""
        for hold in self:
            hold.write(
                {
                    "approved_by_id": self.env.uid,
                    "approved_at": fields.Datetime.now(),
                    "approved_amount": hold.approved_amount + hold.unapproved_amount,
                    "unapproved_amount": 0,
                }
            )
        self.case_id._sync_goods()

    def _pass_on(self):
        """Let holds wait for whoever decides about more than the user does."""
        if self:
            is_debtor = self.env.user.has_group(DEBTOR_CONTROL)
            self.waits_for = WAITS_MANAGER if is_debtor else WAITS_APPROVAL
            self._ask_approval()
