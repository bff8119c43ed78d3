from odoo import api, models
from odoo.fields import Domain


class ResourceCalendarLeaves(models.Model):
    """Holidays of a company: reminders of silent customers are planned anew."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._replan_silence()
        return leaves

    def write(self, vals):
        result = super().write(vals)
        self._replan_silence()
        return result

    def unlink(self):
        self._replan_silence()
        return super().unlink()

    def _replan_silence(self):
        """Plan anew what counts by these holidays; a leave of one person is none."""
        if any(not leave.resource_id for leave in self):
            self.env["aftersales.case"]._forget_silence(Domain.TRUE)
