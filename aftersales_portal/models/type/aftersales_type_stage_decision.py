from odoo import fields, models

from odoo.addons.aftersales_case.const import STATE_OPEN


class AftersalesTypeStage(models.Model):
    """Stages in which the customer says whether he accepts what is proposed."""

    _inherit = "aftersales.type.stage"

    portal_agree = fields.Boolean(
        "Customer Accepts or Refuses",
        help="In this stage the portal asks the customer whether he accepts what the"
        " case shows him; he signs, or refuses with a reason.",
    )
    agreed_stage_id = fields.Many2one(
        "aftersales.case.stage",
        "When He Accepts",
        help="Where a case goes that its customer accepts; empty means that it stays.",
    )
    refused_stage_id = fields.Many2one(
        "aftersales.case.stage",
        "When He Refuses",
        help="Where a case goes that its customer refuses; empty means the first stage"
        " in state In progress.",
    )

    def _get_agreed_stage(self):
        """Return where a case goes that its customer accepts; none where it stays."""
        self.ensure_one()
        return self._keep_of_type(self.agreed_stage_id) - self.stage_id

    def _get_refused_stage(self):
        """Return where a case goes that its customer refuses; none where it stays."""
        self.ensure_one()
        case_type = self.type_id
        usual = case_type._get_stage_for_state(STATE_OPEN)
        chosen = self._keep_of_type(self.refused_stage_id)
        return (chosen or usual or case_type._get_first_stage()) - self.stage_id

    def _keep_of_type(self, stage):
        """Return a stage if the type still has it."""
        return stage & self.type_id.link_ids.stage_id
