from odoo import api, models
from odoo.exceptions import UserError


class CreditControlPrinter(models.TransientModel):
    _inherit = "credit.control.printer"

    @api.model
    def _get_lines(self, lines, predicate):
        """Leave out what is held.

        :raises UserError: when nothing is left, naming the invoices and cases
        """
        wanted = super()._get_lines(lines, predicate)
        free = wanted._without_held()
        if wanted and not free:
            raise UserError(wanted.invoice_id._get_held_message())
        return free
