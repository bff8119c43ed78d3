from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ResGroups(models.Model):
    _inherit = "res.groups"

    def unlink(self):
        res = super().unlink()
        # What rights and stages say of roles is kept in memory.
        self.env.registry.clear_cache()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_field_right(self):
        """A field that only this role sees would be open to everybody."""
        # sudo: rights are set up by other people than groups are
        right = (
            self.env["aftersales.field.right"]
            .sudo()
            .search(
                Domain("read_group_ids", "in", self.ids)
                | Domain("write_group_ids", "in", self.ids),
                limit=1,
            )
        )
        if right:
            raise UserError(
                self.env._(
                    "Field Rights: this role guards %s. Choose another role there first.",
                    right._get_label(),
                )
            )
