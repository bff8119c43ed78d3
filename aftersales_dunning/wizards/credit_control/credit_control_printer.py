from odoo import api, models
from odoo.exceptions import UserError


class CreditControlPrinter(models.TransientModel):
    _inherit = "credit.control.printer"

    @api.model
    def _get_lines(self, lines, predicate):
        """Refuse where all is held; otherwise the communications leave it out.

        :raises UserError: when nothing is left, naming the invoices and cases
        """
        wanted = super()._get_lines(lines, predicate)
        if wanted and not wanted._without_held():
            raise UserError(wanted._get_held_message())
        return wanted
