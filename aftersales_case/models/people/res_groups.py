from odoo import models


class ResGroups(models.Model):
    _inherit = "res.groups"

    def write(self, vals):
        """Guard: a group's form must not make portal users of those responsible."""
        if not vals.keys() & {"user_ids", "implied_ids", "implied_by_ids"}:
            return super().write(vals)
        members = self.sudo().all_user_ids  # sudo: only counted
        res = super().write(vals)
        members.invalidate_recordset(["share"])
        members._check_open_cases()
        return res
