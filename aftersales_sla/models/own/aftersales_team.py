from odoo import models
from odoo.tools import SQL


class AftersalesTeam(models.Model):
    """Clocks of no policy count by the hours of the team."""

    _inherit = "aftersales.team"

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            # sudo: what follows from an allowed change
            clocks = self.env["aftersales.sla.clock"].sudo()
            clocks._mark_own(SQL("k.team_id = ANY(%s)", self.ids))
        return result
