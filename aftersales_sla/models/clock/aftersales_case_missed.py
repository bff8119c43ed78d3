from odoo import fields, models

from odoo.addons.aftersales_case.const import EVENT_MERGE

from ...engine.clock import BREACHED
from ...engine.numbers import Run, keep_numbers
from .aftersales_sla_clock import KEY, get_holder
from .clock_times import ClockTimes


class AftersalesCase(models.Model):
    """What a case missed before it was merged, the one that goes on has missed, too.

    Whatever that one's own history says of its clock: it may have waited, or was reported
    later. What it had done by then, it has not missed.
    """

    _inherit = "aftersales.case"

    def _prepare_clocks(self, raw, forces, now):
        rows = super()._prepare_clocks(raw, forces, now)
        merged = self._get_merged_away(raw)
        if not merged:
            return rows
        survivors = {survivor for ids in merged.values() for survivor in ids}
        known = self.env["aftersales.sla.clock"]._read_known([*merged, *survivors])
        _number_as_known([row for row in rows if row["case_id"] in survivors], known)
        told = {
            _get_key(row): row | {"breached_user_id": get_holder(raw, row)}
            for row in rows
            if row["case_id"] in merged and row["breached_at"]
        }
        for key, row in known.items():
            if row["case_id"] in merged and row["breached_at"]:
                ended = told[key]["ended_at"] if key in told else None
                told[key] = row | {"ended_at": row["ended_at"] or ended or now}
        missed = self._sort_missed(merged, told.values())
        times = ClockTimes(self._get_replayed(raw))
        self._take_over_missed(rows, missed, raw, times, now)
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

    def _sort_missed(self, merged, rows):
        """Return ``{survivor: [row]}`` of clocks that merged cases have missed."""
        # Each cycle of these is a promise of its own: another's miss is none of it.
        _limits, owned = self.env["aftersales.sla.target"]._get_own_ids()
        missed = {}
        for row in rows:
            if row["target_id"] not in owned.values():
                for survivor in merged[row["case_id"]]:
                    missed.setdefault(survivor, []).append(row)
        return missed

    def _take_over_missed(self, rows, missed, raw, times, now):
        """Let clocks have missed what merged cases did; hook for what follows from it.

        A miss is that of the same target, where the survivor has that; else that of the
        same kind of promise, by whatever policy, as alerts are. Where nothing like it was
        promised about the survivor, the clock itself goes on there: it was missed, and
        what is owed for it is owed.

        :param rows: of the clocks of these cases; those that go on are added
        :param missed: ``{survivor: [row]}``, as ``_sort_missed`` returns it
        :param times: ``ClockTimes``
        """
        mine = {survivor: [] for survivor in missed}
        for row in rows:
            if row["case_id"] in mine:
                mine[row["case_id"]].append(row)
        for survivor, others in missed.items():
            taken = self._match_missed(mine[survivor], others)
            for row in mine[survivor]:
                _take_over(row, taken.get(_get_key(row), ()))
            rows += [_go_on(other, survivor) for other in taken.get(None, ())]

    def _match_missed(self, mine, others):
        """Return ``{key of a clock: [row of a miss that it takes over]}`` of one survivor.

        Under None stand those that go on by themselves.
        """
        Target = self.env["aftersales.sla.target"]
        targets = Target.browse({row["target_id"] for row in [*mine, *others]})
        kinds = {target.id: target._get_alert_key() for target in targets}
        own = {row["target_id"] for row in mine}
        own_kinds = {kinds[target] for target in own}
        taken = {}
        for other in others:
            target, kind = other["target_id"], kinds[other["target_id"]]
            if target in own:
                alike = [row for row in mine if row["target_id"] == target]
            elif kind in own_kinds:
                alike = [row for row in mine if kinds[row["target_id"]] == kind]
            else:
                if Target.browse(target).policy_id:
                    taken.setdefault(None, []).append(other)
                continue
            running = [row for row in alike if _covers(row, other["breached_at"])]
            if running:
                # Of two that were promised the stricter one.
                row = min(running, key=lambda row: (not row["due_at"], row["due_at"]))
                taken.setdefault(_get_key(row), []).append(other)
        return taken


def _get_key(row):
    return tuple(row[name] for name in KEY)


def _number_as_known(rows, known):
    """Give the cycles of survivors the numbers under which they are stored."""
    replayed, stored = {}, {}
    for row in rows:
        if not row["error"]:
            replayed.setdefault((row["case_id"], row["target_id"]), []).append(row)
    for row in known.values():
        run = Run(row["cycle"], row["start_at"], row["ended_at"])
        stored.setdefault((row["case_id"], row["target_id"]), []).append(run)
    for key, some in replayed.items():
        runs = [Run(row["cycle"], row["start_at"], row["ended_at"]) for row in some]
        before = sorted(stored.get(key, ()), key=lambda run: (run.start, run.number))
        for row, number in zip(some, keep_numbers(runs, before), strict=True):
            row["cycle"] = number


def _covers(row, moment):
    """Say whether a clock ran at a moment, and can have missed something then."""
    return (
        not row["error"]
        and row["start_at"] <= moment
        and (not row["ended_at"] or row["ended_at"] > moment)
    )


def _take_over(row, others):
    """Let a clock have missed what others did, the first of them, if it did not before."""
    if not others:
        return
    row["stands_for"] = [_get_key(other) for other in others]
    first = min(others, key=lambda other: other["breached_at"])
    if row["breached_at"] and row["breached_at"] < first["breached_at"]:
        return
    names = ("due_at", "breached_at", "breached_user_id", "is_born_late")
    row |= {name: first[name] for name in names}
    row |= {"state": BREACHED, "seconds_left": None, "taken_from": first["case_id"]}
    row |= {"warn_at": None, "next_at": None}


def _go_on(other, survivor):
    """Return the row of a survivor for a miss of which it has no clock of its own."""
    return other | {
        "case_id": survivor,
        "ended_at": other["ended_at"] or fields.Datetime.now(),
        "next_at": None,
        "warn_at": None,
        "stands_for": [_get_key(other)],
    }
