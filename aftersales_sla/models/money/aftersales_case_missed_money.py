from odoo import models

from odoo.addons.aftersales_case.const import EVENT_MERGE


class AftersalesCase(models.Model):
    """What was missed before a merge costs the one that goes on what it would have."""

    _inherit = "aftersales.case"

    def _take_over_missed(self, rows, missed, raw, times, now):
        result = super()._take_over_missed(rows, missed, raw, times, now)
        taken = [row for row in rows if "taken_from" in row]
        if taken:
            self._note_taken_late(taken, raw, times, now)
        return result

    def _note_taken_late(self, rows, raw, times, now):
        """Note on rows that took over a miss how late they are."""
        replayed = {one.case.id: one for one in self._get_replayed(raw)}
        for row in rows:
            row["pauses"] = _get_later(row, raw.get(row["case_id"], ()))
            target = self.env["aftersales.sla.target"].browse(row["target_id"])
            target._note_late_rows([row], replayed[row["case_id"]], times, now)


def _get_later(row, events):
    """Return the pauses of a clock since it took over its miss: none before excuses it."""
    taken_at = min(
        (
            event.at
            for event in events
            if event.kind == EVENT_MERGE
            and event.to_id == row["case_id"]
            and event.at >= row["breached_at"]
        ),
        default=row["breached_at"],
    )
    return [
        pause._replace(start=max(pause.start, taken_at))
        for pause in row["pauses"]
        if not pause.end or pause.end > taken_at
    ]
