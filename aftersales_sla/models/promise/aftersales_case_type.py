from odoo import models

from ...engine.cycles import REASON_UNTICKED
from .aftersales_case_deadline import DEADLINE


class AftersalesCaseType(models.Model):
    """Deadlines that are promised no more: their promises end, and are not broken."""

    _inherit = "aftersales.case.type"

    def write(self, vals):
        unticked = self.filtered("is_deadline_promised")
        result = super().write(vals)
        if unticked := unticked.filtered(lambda one: not one.is_deadline_promised):
            # sudo: cases of other companies, and confidential ones, were promised too
            cases = self.env["aftersales.case"].sudo()
            cases = cases.search(
                [("type_id", "in", unticked.ids), ("is_open", "=", True)]
            )
            told = cases.browse(cases._get_promises(DEADLINE))
            told._log_promise(DEADLINE, None, excuse=REASON_UNTICKED)
        return result
