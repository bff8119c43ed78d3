from odoo import models
from odoo.exceptions import UserError


class CreditControlEmailer(models.TransientModel):
    _inherit = "credit.control.emailer"

    def email_lines(self):
        """Leave out what is held.

        :raises UserError: when nothing is left, naming the invoices and cases
        """
        self.ensure_one()
        lines = self._filter_lines(self.line_ids)
        if lines and not lines._without_held():
            raise UserError(lines._get_held_message())
        return super().email_lines()
