from odoo import api, models
from odoo.fields import Domain

from ...const import END_CREDITED, END_PAID, END_SOLVED, HOLD_ACTIVE


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """What is paid may leave nothing but what is held."""
        partials = super().create(vals_list)
        holds = partials._get_holds()
        holds.filtered(lambda hold: hold._is_out()).move_id._publish_full_holds()
        holds._follow_payments()
        return partials

    def unlink(self):
        """What is owed again is held again: unpaid, or credited no more."""
        lines = self.debit_move_id | self.credit_move_id
        holds = lines._get_reconciled_holds(
            Domain("state", "=", HOLD_ACTIVE)
            | Domain("end_reason", "in", (END_PAID, END_CREDITED, END_SOLVED))
            | Domain("part_state", "!=", False)
        )
        res = super().unlink()
        holds._resume_unpaid()
        holds._follow_undone()
        holds._resume_parts_of_unpaid()
        lines.exists()._follow_matched_credits()
        holds.move_id._publish_full_holds()
        return res

    def _get_holds(self):
        """Return the holds of the invoices of these; read once in a payment."""
        moves = (self.debit_move_id | self.credit_move_id).move_id.filtered(
            lambda move: move.is_sale_document(include_receipts=True)
        )
        # sudo: whoever registers a payment need not work on cases
        return moves.sudo().hold_ids
