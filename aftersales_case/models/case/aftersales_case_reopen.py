from odoo import models
from odoo.exceptions import UserError

from ...const import CLOSED_STATES, EVENT_REOPENED, STATE_OPEN


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
        for case_type, group in cases.grouped("type_id").items():
            target = stage or case_type._get_stage_for_state(STATE_OPEN)
            group.with_context(aftersales_reason=reason).stage_id = (
                target or case_type._get_first_stage()
            )
        body = self.env._("Reopened: %s", reason)
        cases._message_log_batch(dict.fromkeys(cases.ids, body))

    def _after_stage_change(self, moves):
        """Log reopenings, by whatever way, and give the cases somebody who is there."""
        reopened = self.browse(
            [
                case.id
                for case, old in moves.items()
                if old.state in CLOSED_STATES and not case._is_closed()
            ]
        )
        reason = self.env.context.get("aftersales_reason")
        self.env["aftersales.case.event"]._log_events(
            [
                {
                    "case_id": case,
                    "kind": EVENT_REOPENED,
                    "from_id": moves[case].id,
                    "to_id": case.stage_id.id,
                    "reason": reason and str(reason)[:500],
                }
                for case in reopened
            ]
        )
        reopened.filtered(
            lambda case: not self._filter_eligible(case.user_id, case.company_id)
        )._assign()
        return super()._after_stage_change(moves)
