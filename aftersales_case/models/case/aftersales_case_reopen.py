from odoo import models
from odoo.exceptions import UserError

from ...const import STATE_OPEN


class AftersalesCase(models.Model):
    """Closed cases are opened again, with a reason."""

    _inherit = "aftersales.case"

    def action_reopen(self):
        return self._open_wizard("aftersales.reopen", self.env._("Reopen"), self)

    def _reopen(self, reason, stage=None):
        """Move closed cases back to work.

        :param reason: why, in words
        :param stage: where to; default is the first stage of each type that is worked in
        :raises UserError: without a reason, or for a case that goes on in another one
        """
        cases = self.filtered(lambda case: case._is_closed())
        if not (reason or "").strip():
            raise UserError(self.env._("Reason: say why the case is opened again."))
        merged = cases.filtered("merged_into_id")
        if merged:
            raise UserError(
                self.env._(
                    "Case %(case)s goes on in %(other)s. Reopen that one.",
                    case=merged[0].number,
                    # sudo: a number only, to find the way
                    other=merged[0].merged_into_id.sudo().number,
                )
            )
        with cases._changing(reason=reason) as opened:
            for case_type, group in opened.grouped("type_id").items():
                target = stage or case_type._get_stage_for_state(STATE_OPEN)
                group.stage_id = target or case_type._get_first_stage()
        body = self.env._("Reopened: %s", reason)
        cases._message_log_batch(dict.fromkeys(cases.ids, body))
