from odoo import api, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        """The name is stored, and read by whom the activity is for."""
        result = super()._compute_res_name()
        for activity in self:
            if activity.res_model == "aftersales.case" and activity.res_id:
                case = self.env["aftersales.case"].browse(activity.res_id)
                activity.res_name = case._get_stored_name()
        return result
