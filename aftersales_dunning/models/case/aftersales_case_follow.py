from odoo import models

from ...const import END_CREDITED, END_TAKEN_OFF, SCOPE_CUSTOMER


class AftersalesCase(models.Model):
    """Goods that were held before: age and limits go on with them."""

    _inherit = "aftersales.case"

    def _get_followed_holds(self, move):
        """Return the holds of the goods that an invoice bills now, the oldest first.

        They were billed before: by an invoice that bills them no more, or that a credit
        note took them off. Goods that were taken off the case and came back are held on, and
        so are those of which the credit was taken back.
        """
        self.ensure_one()
        here = self.share_ids.move_id
        followed = self.hold_ids.filtered(
            lambda hold: (
                hold.date_from
                and hold.scope != SCOPE_CUSTOMER
                and hold.move_id
                and (
                    hold.end_reason in (END_TAKEN_OFF, END_CREDITED)
                    if hold.move_id == move
                    else hold.move_id._gave_back_goods(here)
                    and hold.move_id._bills_same_goods(move)
                )
            )
        )
        return followed.sorted(lambda hold: (hold.date_from, -hold.id))
