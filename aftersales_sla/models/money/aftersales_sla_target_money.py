from datetime import timedelta

from odoo import models

from odoo.addons.aftersales_case.engine.working_time import WorkingTimeError

from ...const import PARTY_CUSTOMER
from ...engine.penalty import get_late


class AftersalesSlaTarget(models.Model):
    """How late a missed promise is, and by which rules that costs something."""

    _inherit = "aftersales.sla.target"

    def _get_penalties(self):
        """Return the rules by which a miss of this target costs something."""
        self.ensure_one()
        penalties = self.env["aftersales.sla.penalty"]
        if self.party != PARTY_CUSTOMER:
            return penalties
        agreement = self.policy_id.agreement_id
        return agreement.sla_penalty_ids.filtered(lambda rule: rule._covers(self))

    def _prepare_clocks(self, replayed, held, times, now):
        """Say of what is missed how late it is, and look again when it costs more."""
        rows = super()._prepare_clocks(replayed, held, times, now)
        missed = [row for row in rows if row["breached_at"]]
        if missed:
            self._note_late_rows(missed, replayed, times, now)
        return rows

    def _note_late_rows(self, rows, replayed, times, now):
        """Note on rows of missed clocks of a case how late they are."""
        rule = times.get_rule(self, replayed)
        for row in rows:
            try:
                rule.clock.ask(
                    lambda time, row=row: self._note_late(row, time, rule.aim, now)
                )
            except WorkingTimeError:
                # There is an end to the hours that are known: it stays what it was.
                row.pop("late", None)

    def _note_late(self, row, time, aim, now):
        """Note on the row of a missed clock how late it is, for each penalty."""
        measure, since = aim.get_measure(time), row["breached_at"]
        # What is missed is late, be it since this very second.
        until = row["ended_at"] or max(now, since + timedelta(seconds=1))
        pauses = [(pause.start, pause.end or until) for pause in row["pauses"]]
        if row["ended_at"]:
            row["seconds_late"] = measure.elapsed(since, until, pauses)
        row["late"] = {
            rule.id: get_late(
                rule.per, time, measure, since, until, pauses, rule._get_grace()
            )
            for rule in self._get_penalties()
        }
        is_running = not row["ended_at"] and all(one.end for one in row["pauses"])
        steps = [one.next_at for one in row["late"].values() if one.next_at]
        if is_running and steps:
            looks = [*steps, *filter(None, [row["next_at"]])]
            row["next_at"] = min(looks)
