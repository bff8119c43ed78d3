from odoo import api, models
from odoo.exceptions import UserError

from ...models.credit_control.credit_control_line import LEAVING_STATES


class CreditControlMarker(models.TransientModel):
    _inherit = "credit.control.marker"

    @api.model
    def _mark_lines(self, filtered_lines, state):
        """Leave out what is held.

        :raises UserError: when nothing is left, naming the invoices and cases
        """
        if state in LEAVING_STATES:
            free = filtered_lines._without_held()
            if filtered_lines and not free:
                raise UserError(filtered_lines._get_held_message())
            filtered_lines = free
        return super()._mark_lines(filtered_lines, state)
