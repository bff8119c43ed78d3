from collections import namedtuple

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...const import EVENT_REPAIR

LEADER = "aftersales_case.group_aftersales_leader"
MANAGER = "aftersales_case.group_aftersales_manager"
# What tells people that a clock is another one.
TOLD = ("state", "start_at", "due_at", "ended_at", "breached_at")

# A clock that a repair would change: rows of it, None where it is not there.
Change = namedtuple("Change", "case target cycle before after")


class AftersalesCase(models.Model):
    """Clocks brought to what the log says, be it that a miss was none."""

    _inherit = "aftersales.case"

    def action_repair_clocks(self):
        """Show what a repair would change, and ask why.

        :returns: an action
        """
        self._ensure_can_repair()
        name = self.env._("Repair Deadlines")
        return self._open_wizard("aftersales.sla.repair", name, self)

    def _repair_clocks(self, reason):
        """Replay from the log, misses included, and log why.

        :raises AccessError: for whoever may not
        :raises UserError: without a reason
        """
        self._ensure_can_repair()
        if not (reason or "").strip():
            raise UserError(self.env._("Reason: say why the deadlines are repaired."))
        self._flush_clocks()
        self.env["aftersales.case.event"]._log_events(
            [
                {"case_id": case, "kind": EVENT_REPAIR, "reason": reason.strip()}
                for case in self
            ]
        )
        # sudo: clocks are the system's
        self.sudo()._replay_clocks(is_repair=True)

    def _get_repair_changes(self):
        """Return the ``Change`` list of what a repair would do; nothing is written."""
        self._ensure_can_repair()
        self._flush_clocks()
        # sudo: as the repair
        cases, now = self.sudo(), fields.Datetime.now()
        raw = self.env["aftersales.case.event"]._read_raw(cases.ids, merged=True)
        forces, _matched = cases._match_clocks(raw, now, cases._get_matchable())
        rows = cases._prepare_clocks(raw, forces, now)
        return self.env["aftersales.sla.clock"]._compare(cases, rows)

    def _ensure_can_repair(self):
        """Guard: leaders repair one case, managers any number."""
        self.check_access("write")
        group = LEADER if len(self) == 1 else MANAGER
        if not self.env.user.has_group(group):
            raise AccessError(
                self.env._(
                    "Deadlines of one case are repaired by leaders, of several cases by"
                    " managers."
                )
            )


class AftersalesSlaClock(models.Model):
    _inherit = "aftersales.sla.clock"

    def _compare(self, cases, rows):
        """Return what differs between the clocks of cases and replayed rows."""
        before = self._read_known(cases.ids)
        after = self._index(rows, before)
        changes = []
        for key in sorted(before.keys() | after.keys()):
            old, new = before.get(key), after.get(key)
            if old and new and all(old[name] == new[name] for name in TOLD):
                continue
            case, target, cycle = key
            changes.append(
                Change(
                    self.env["aftersales.case"].browse(case),
                    self.env["aftersales.sla.target"].browse(target),
                    cycle,
                    old,
                    new,
                )
            )
        return changes
