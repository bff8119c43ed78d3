from odoo import models


class AftersalesSlaSettingMixin(models.AbstractModel):
    """Settings whose company is that of what they belong to.

    Callers do not say it, and move nothing to where they may not write.
    """

    _name = "aftersales.sla.setting.mixin"
    _description = "Setting of a Promise"
    _inherit = ["aftersales.kept.mixin"]

    def write(self, vals):
        result = super().write(vals)
        # The rules asked about where it was; this asks about where it is now.
        self.check_access("write")
        return result
