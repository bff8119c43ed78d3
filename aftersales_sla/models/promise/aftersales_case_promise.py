from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_case.const import EVENT_PROMISE

from ...engine.cycles import EXCUSES, PROMISE


class AftersalesCase(models.Model):
    """Each date that the customer was promised runs as a clock, whoever promised it."""

    _inherit = "aftersales.case"

    def _get_told_targets(self, raw):
        result = super()._get_told_targets(raw)
        Target = self.env["aftersales.sla.target"]
        for case in self:
            if any(row.kind == EVENT_PROMISE for row in raw.get(case.id, ())):
                target = Target._get_owned(case.company_id, PROMISE)
                held = target, [target._get_own_force()]
                result.setdefault(case, []).append(held)
        return result

    def _get_running_promises(self, key):
        """Return ``{case id: datetime}``: what was promised under a key, and not kept."""
        promised = self._get_promises(key)
        if not promised:
            return promised
        # sudo: whether a promise was kept does not depend on who looks
        clocks = self.env["aftersales.sla.clock"].sudo()
        running = clocks.search(
            [
                ("case_id", "in", list(promised)),
                ("target_id.metric", "=", PROMISE),
                ("ended_at", "=", False),
            ]
        )
        dues = {(clock.case_id.id, clock.due_at) for clock in running}
        return {case: at for case, at in promised.items() if (case, at) in dues}

    def _log_promise(self, key, at, reason=None, excuse=None):
        """Promise a date; moving one later, or taking it back, needs a reason.

        It counts as broken then, unless the log names one of ``EXCUSES``: only who calls
        this says so, a reason that was typed stays a text.

        :param excuse: one of ``EXCUSES``, that takes the place of the reason
        :raises UserError: without a reason
        """
        moment = self._check_promise(key, at)
        if reason in EXCUSES:
            reason = f"“{reason}”"
        reason = excuse or reason
        if not (reason or "").strip():
            running = self._get_running_promises(key)
            if any(not moment or moment > promised for promised in running.values()):
                raise UserError(
                    self.env._("Reason: say why the promised date is moved.")
                )
        return super()._log_promise(key, at, reason)

    # === Merge === #

    def _complete_survivor(self, survivor):
        result = super()._complete_survivor(survivor)
        self._hand_promises(survivor)
        return result

    def _hand_promises(self, survivor):
        """Let the case that goes on keep what these promised.

        Of two dates under one key the nearer one counts. What was missed already stays
        with the case that missed it.
        """
        promises = self.event_ids.filtered(lambda event: event.kind == EVENT_PROMISE)
        for key in dict.fromkeys(promises.mapped("key")):
            running = self._get_running_promises(key).values()
            nearest = min(
                (at for at in running if at > fields.Datetime.now()), default=None
            )
            mine = survivor._get_promises(key).get(survivor.id)
            if nearest and (not mine or nearest < mine):
                survivor._hand_promise(key, nearest)

    def _hand_promise(self, key, at):
        """Hook: promise here what another case promised that was merged into this one."""
        self._log_promise(key, at)
