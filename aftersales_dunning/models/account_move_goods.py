from odoo import models

from ..const import END_MOVED, END_PAID, SCOPE_CUSTOMER


class AccountMove(models.Model):
    """What happens to an invoice is news for the cases about its goods."""

    _inherit = "account.move"

    def _post(self, soft=True):
        """Link the posted invoices to the cases whose goods they bill."""
        posted = super()._post(soft)
        posted._move_due_dates_again()
        posted._tell_cases()
        return posted

    def button_draft(self):
        res = super().button_draft()
        self._tell_cases()
        return res

    def button_cancel(self):
        res = super().button_cancel()
        self._tell_cases()
        return res

    def _tell_cases(self):
        """Let the cases about the goods on these invoices look where they stand now.

        Only the sale lines that a case is about are looked at; without one this costs a
        single query.
        """
        moves = self.filtered(lambda move: move.is_sale_document(include_receipts=True))
        sale_lines = moves.invoice_line_ids.sale_line_ids
        cases = sale_lines._get_aftersales_cases()
        # sudo: whoever posts an invoice need not read cases
        held = (moves | moves.reversed_entry_id).sudo().hold_ids
        (cases | held.case_id)._sync_goods()
        held._follow_credits()
        held.move_id._publish_full_holds()

    def unlink(self):
        """The history of the cases keeps what the holds would take along."""
        # sudo: whoever deletes an invoice need not read cases
        self.sudo().hold_ids._end(END_MOVED)
        return super().unlink()

    def _end_holds_of_paid(self):
        # sudo: whoever registers a payment need not work on cases
        holds = self.sudo().hold_ids.filtered(lambda hold: hold.scope != SCOPE_CUSTOMER)
        holds._end(END_PAID)
