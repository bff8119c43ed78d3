from odoo import api, models

from ...const import BLOCKING_STATES


class AftersalesCase(models.Model):
    """What the calendar may show of a case follows the case."""

    _inherit = "aftersales.case"

    @api.constrains("confidential")
    def _show_visits_anew(self):
        # sudo: what follows from an allowed change
        visits = self.env["aftersales.visit"].sudo()
        visits.search(
            [("case_id", "in", self.ids), ("state", "in", BLOCKING_STATES)]
        )._push_agenda()
