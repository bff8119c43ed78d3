from odoo import models
from odoo.fields import Domain

from ...const import DEBTOR_CONTROL


class IrRule(models.Model):
    _inherit = "ir.rule"

    def _compute_domain(self, model_name, mode="read"):
        """Let debtor control, and it alone, read holds that no case asks for.

        It reads, asks for and changes all holds of its companies.

        A hold follows the rules of its case; but money that is held must not be missing
        on the accountant's screens because a case is confidential, and how much of an
        invoice is disputed is his to say although the case is not his to work on. The
        case itself stays hidden.
        """
        domain = super()._compute_domain(model_name, mode)
        if model_name != "aftersales.dunning.hold" or self.env.su:
            return domain
        if not self.env.user.has_group(DEBTOR_CONTROL):
            return domain & Domain("case_id", "!=", False)
        if mode == "unlink":
            return domain
        return domain | Domain("company_id", "in", self.env.companies.ids)
