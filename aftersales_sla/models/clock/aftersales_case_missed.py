from odoo import models

from odoo.addons.aftersales_case.const import EVENT_MERGE

from ...engine.clock import BREACHED
from .aftersales_sla_clock import get_holder


class AftersalesCase(models.Model):
    """What a case missed before it was merged, the one that goes on has missed, too.

    Whatever that one's own history says of its clock: it may have waited, or was reported
    later. What it had done by then, it has not missed.
    """

    _inherit = "aftersales.case"

    def _prepare_clocks(self, raw, forces, now):
        rows = super()._prepare_clocks(raw, forces, now)
        merged = self._get_merged_away(raw)
        if merged:
            missed = self._get_missed(merged, rows, raw)
            for row in rows:
                self._take_over_miss(
                    row, missed.get((row["case_id"], row["target_id"]))
                )
        return rows

    def _get_merged_away(self, raw):
        """Return ``{id of a merged case: ids of these cases in which it went on}``."""
        survivors = self.filtered(
            lambda case: any(
                row.kind == EVENT_MERGE and row.to_id == case.id
                for row in raw.get(case.id, ())
            )
        )
        merged = {}
        for case in survivors:
            for one in case._get_merged_cases() - case:
                merged.setdefault(one.id, []).append(case.id)
        return merged

    def _get_missed(self, merged, rows, raw):
        """Return ``{(case, target): [row]}`` of what merged cases missed, by survivor."""
        known = self.env["aftersales.sla.clock"]._read_known(list(merged))
        # Each cycle of these is a promise of its own: another's miss is none of it.
        _limits, owned = self.env["aftersales.sla.target"]._get_own_ids()
        told = {
            (row["case_id"], row["target_id"], row["cycle"]): row
            | {"breached_user_id": get_holder(raw, row)}
            for row in rows
            if row["case_id"] in merged and row["breached_at"]
        }
        missed = {}
        for row in {**told, **_filter_missed(known)}.values():
            if row["target_id"] in owned.values():
                continue
            for survivor in merged[row["case_id"]]:
                missed.setdefault((survivor, row["target_id"]), []).append(row)
        return missed

    def _take_over_miss(self, row, missed):
        """Let a clock have missed what the same target of a merged case missed."""
        if row["error"]:
            return
        mine = [
            other
            for other in missed or ()
            if row["start_at"] <= other["breached_at"]
            and (not row["ended_at"] or row["ended_at"] > other["breached_at"])
        ]
        first = min(mine, key=lambda other: other["breached_at"], default=None)
        if (
            not first
            or (row["breached_at"] or first["breached_at"]) < first["breached_at"]
        ):
            return
        names = ("due_at", "breached_at", "breached_user_id", "is_born_late")
        row |= {name: first[name] for name in names}
        row |= {"state": BREACHED, "seconds_left": None, "taken_from": first["case_id"]}
        row |= {"warn_at": None, "next_at": None}


def _filter_missed(known):
    return {key: row for key, row in known.items() if row["breached_at"]}
