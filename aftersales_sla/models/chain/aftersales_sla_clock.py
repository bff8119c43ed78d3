from odoo import api, models

from ...engine.cycles import CHAIN, REASON_LATE


class AftersalesSlaClock(models.Model):
    """A chain that breaks is told before our own promise does."""

    _inherit = "aftersales.sla.clock"

    @api.model
    def _log_missed(self, cases, missed):
        result = super()._log_missed(cases, missed)
        targets = self.env["aftersales.sla.target"].browse(
            {row["target_id"] for row in missed}
        )
        chains = targets.filtered(lambda target: target.metric == CHAIN)
        broken = cases.browse(
            row["case_id"] for row in missed if row["target_id"] in chains.ids
        )
        told = broken._get_told_chain()
        broken.filtered(
            lambda case: told.get(case.id, (None, None))[1] != REASON_LATE
        )._note_chain_late()
        return result
