from odoo import models


class AftersalesCasePart(models.AbstractModel):
    """What hangs on a case: it is read and written by who may read and write the case.

    The rules come by ``_case_field``: see ``ir_rule.py``. A model that inherits this has
    a required ``case_id``.
    """

    _name = "aftersales.case.part"
    _description = "Part of a Case"
    _case_field = "case_id"

    def write(self, vals):
        if "case_id" in vals:
            # The rules ask about the case it leaves, this about the one it goes to.
            self.env["aftersales.case"].browse(vals["case_id"]).check_access("write")
        return super().write(vals)
