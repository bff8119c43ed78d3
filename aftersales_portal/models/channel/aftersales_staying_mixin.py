from odoo import models


class AftersalesStayingMixin(models.AbstractModel):
    """A record that nobody leads where it is no longer his.

    Rules are asked before a change only: who may change a webhook of his company could
    let it hear of the cases of another one.
    """

    _name = "aftersales.staying.mixin"
    _description = "Record That Stays Where One May"
    # By what the rules say whose it is.
    _place = "company_id"

    def write(self, vals):
        result = super().write(vals)
        if self._place in vals:
            self.check_access("write")
        return result
