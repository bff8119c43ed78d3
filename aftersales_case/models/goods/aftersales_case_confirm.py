from odoo import fields, models


class AftersalesCase(models.Model):
    """The slip that a colleague without a role named: taken, and to be confirmed."""

    _inherit = "aftersales.case"

    slip_number = fields.Char(inverse="_inverse_slip_number")
    slip_unconfirmed = fields.Boolean(
        readonly=True,
        copy=False,
        help="A colleague without a role in after-sales named the slip. Customer and"
        " goods are taken over; what stops reminders waits for a confirmation.",
    )

    def _inverse_slip_number(self):
        """Remember whether the slip was named by somebody whose word is enough.

        Customers and the mail gateway are judged by what they prove, not by a role.
        """
        self._settle_claims()
        user = self.env.user
        doubtful = user._is_internal() and not user.has_group(
            "aftersales_case.group_aftersales_agent"
        )
        for case in self:
            unconfirmed = doubtful and bool(case.slip_number)
            if case.slip_unconfirmed != unconfirmed:
                # sudo: the system remembers it, whoever named the slip
                case.sudo().slip_unconfirmed = unconfirmed

    def action_confirm_slip(self):
        """Confirm the slips that colleagues without a role named on these cases.

        :returns: True
        :raises AccessError: for users who may not decide: see ``_ensure_may_decide``
        """
        self._ensure_may_decide()
        cases = self.filtered("slip_unconfirmed")
        # sudo: written by the system only; the right was checked
        cases.sudo().slip_unconfirmed = False
        cases._log_slip_confirmed()
        if cases:
            cases._after_goods_change()
        return True
