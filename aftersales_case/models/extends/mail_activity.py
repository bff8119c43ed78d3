from odoo import api, models

from .ir_rule import follows_case


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def write(self, vals):
        """An activity comes to a case as a new one does: by who may plan it there.

        Core asks about the record that it leaves only; an activity holds up the case.
        """
        res = super().write(vals)
        if not self.env.su and {"res_id", "res_model_id"} & vals.keys():
            # sudo: asked where the activities are, which is shown to nobody
            moved = self.sudo().filtered(lambda a: follows_case(self.env, a.res_model))
            moved.with_env(self.env).check_access("create")
        return res

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        """The name is stored, and read by whom the activity is for."""
        result = super()._compute_res_name()
        for activity in self:
            if activity.res_model == "aftersales.case" and activity.res_id:
                case = self.env["aftersales.case"].browse(activity.res_id)
                activity.res_name = case._get_stored_name()
        return result
