from odoo import api, models
from odoo.fields import Domain

from ...const import END_PAID, HOLD_ACTIVE


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """What is paid may leave nothing but what is held."""
        partials = super().create(vals_list)
        partials._get_held_moves()._publish_full_holds()
        return partials

    def unlink(self):
        """What is owed again is held again."""
        holds = self._get_holds(
            Domain("state", "=", HOLD_ACTIVE) | Domain("end_reason", "=", END_PAID)
        )
        res = super().unlink()
        holds._resume_unpaid()
        holds.move_id._publish_full_holds()
        return res

    def _get_held_moves(self):
        return self._get_holds(Domain("state", "=", HOLD_ACTIVE)).move_id

    def _get_holds(self, domain):
        """Return the holds of a domain on the invoices that are reconciled here."""
        lines = self.debit_move_id | self.credit_move_id
        # sudo: whoever registers a payment need not work on cases
        holds = self.env["aftersales.dunning.hold"].sudo()
        return holds.search(Domain("move_id", "in", lines.move_id.ids) & domain)
