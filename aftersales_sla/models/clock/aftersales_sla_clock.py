from datetime import timedelta
from operator import itemgetter

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...const import CLOCK_STATES, EVENT_BREACH, OPEN_CLOCKS
from ...engine.clock import MET, PAUSED, RUNNING
from ...engine.cycles import REACH
from .aftersales_case_clock import TOLD_OF_CLOCKS

# What is written of a replayed clock, with the type of its column.
COLUMNS = {
    "case_id": "int",
    "target_id": "int",
    "cycle": "int",
    "company_id": "int",
    "policy_id": "int",
    "calendar_id": "int",
    "state": "text",
    "start_at": "timestamp",
    "due_at": "timestamp",
    "seconds_left": "int",
    "seconds_elapsed": "int",
    "seconds_customer": "int",
    "seconds_supplier": "int",
    "seconds_parts": "int",
    "seconds_closed": "int",
    "seconds_late": "int",
    "ended_at": "timestamp",
    "breached_at": "timestamp",
    "breached_user_id": "int",
    "is_born_late": "bool",
    "warn_at": "timestamp",
    "next_at": "timestamp",
    "error": "text",
}
# For whom a clock stands still, and that its case was closed.
PAUSING = ("customer", "supplier", "parts", "closed")
KEY = ("case_id", "target_id", "cycle")
BATCH = 5000
_get_key = itemgetter(*KEY)
_get_values = itemgetter(*COLUMNS)


class AftersalesSlaClock(models.Model):
    """How one promise to one case stands, as the log of the case tells it.

    Written by the replay of the case only (``_replay_clocks``). A narrow table without
    log access: it grows faster than the cases, and the log says who did what when.
    """

    _name = "aftersales.sla.clock"
    _description = "SLA Clock"
    _inherit = ["aftersales.case.part"]
    _log_access = False
    _order = "due_at, id"
    _rec_name = "target_id"

    case_id = fields.Many2one(
        "aftersales.case", required=True, readonly=True, ondelete="cascade"
    )
    target_id = fields.Many2one(
        "aftersales.sla.target", required=True, readonly=True, ondelete="restrict"
    )
    cycle = fields.Integer(required=True, readonly=True, default=1)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    policy_id = fields.Many2one(
        "aftersales.sla.policy", readonly=True, ondelete="restrict"
    )
    calendar_id = fields.Many2one(
        "resource.calendar", "Working Hours", readonly=True, ondelete="restrict"
    )
    state = fields.Selection(CLOCK_STATES, required=True, readonly=True)
    start_at = fields.Datetime("Since", required=True, readonly=True)
    due_at = fields.Datetime(
        "Due", readonly=True, help="What stands still has no due time."
    )
    seconds_left = fields.Integer(readonly=True)
    seconds_elapsed = fields.Integer(readonly=True)
    seconds_customer = fields.Integer("Waited for the Customer", readonly=True)
    seconds_supplier = fields.Integer("Waited for the Supplier", readonly=True)
    seconds_parts = fields.Integer("Waited for Parts", readonly=True)
    seconds_closed = fields.Integer("Was Closed", readonly=True)
    seconds_late = fields.Integer(
        "Late By", readonly=True, help="Of what was missed, and is over."
    )
    ended_at = fields.Datetime("Ended", readonly=True)
    breached_at = fields.Datetime("Missed On", readonly=True)
    breached_user_id = fields.Many2one(
        "res.users",
        "Held By",
        readonly=True,
        ondelete="restrict",
        help="Who was responsible when it was missed.",
    )
    is_born_late = fields.Boolean("Late From the Start", readonly=True)
    warn_at = fields.Datetime("Warning", readonly=True)
    next_at = fields.Datetime("Next Look", readonly=True)
    error = fields.Char(readonly=True)

    metric = fields.Selection(related="target_id.metric")
    party = fields.Selection(related="target_id.party")
    user_id = fields.Many2one(related="case_id.user_id")

    _cycle_uniq = models.Constraint(
        "UNIQUE(case_id, target_id, cycle)", "A clock runs once for each cycle."
    )
    # The cron asks for what is due; lists and the next due time for what runs.
    _next_at_idx = models.Index("(next_at) WHERE next_at IS NOT NULL")
    _open_idx = models.Index("(case_id, due_at) WHERE ended_at IS NULL")
    _policy_idx = models.Index("(policy_id) WHERE state IN ('running', 'paused')")
    _calendar_idx = models.Index("(calendar_id) WHERE state IN ('running', 'paused')")
    _target_idx = models.Index("(target_id)")
    _report_idx = models.Index("(company_id, start_at)")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Clocks are kept by the system only."))
        return super().create(vals_list)

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Nobody finds or reads what the log has overtaken."""
        self.env["aftersales.case"]._flush_clocks()
        return super()._search(domain, *args, **kwargs)

    # === Store === #

    @api.model
    def _store(self, cases, rows, raw, is_repair=False):
        """Write the clocks of cases as they were replayed; only what differs is written.

        None of them is marked any more. What was missed stays missed, whatever a later
        replay says, but for a repair. New misses are logged.

        :param rows: dicts of ``COLUMNS``
        :param raw: ``{case id: rows of the log}``, for who held it at the miss
        :returns: ``{(case, target, cycle): row}`` of what there is now
        """
        self.flush_model()
        known = self._read_known(cases.ids)
        rows = self._index(rows, known)
        if not is_repair:
            _keep_missed(rows, known)
        gone = [old["id"] for key, old in known.items() if key not in rows]
        if gone:
            self._forget(gone)
        missed = []
        for key, row in rows.items():
            was_missed = key in known and known[key]["breached_at"]
            if row["breached_at"] and not was_missed:
                missed.append(row)
            if row["breached_at"] and (is_repair or not was_missed):
                # Of a miss that was taken over it is known already.
                row["breached_user_id"] = row["breached_user_id"] or get_holder(
                    raw, row
                )
        self._insert([row for key, row in rows.items() if key not in known])
        self._update(
            [
                (old, rows[key])
                for key, old in known.items()
                if key in rows
                and (old["is_marked"] or _get_values(old) != _get_values(rows[key]))
            ]
        )
        self.invalidate_model(flush=False)
        cases.invalidate_recordset(TOLD_OF_CLOCKS, flush=False)
        self._log_missed(cases, missed)
        self._tell_broken(known, rows)
        self._tell_due_change(cases, known, rows)
        return rows

    @api.model
    def _forget(self, ids):
        """Delete clocks of which the log tells no more."""
        self.env.cr.execute(
            SQL("DELETE FROM aftersales_sla_clock WHERE id = ANY(%s)", ids)
        )

    @api.model
    def _index(self, rows, known):
        """Return ``{(case, target, cycle): row}``; what cannot run stays what it was."""
        rows = {_get_key(row): row for row in rows}
        _stand_for_broken(rows, known)
        self._keep_reached(rows, known)
        return rows

    @api.model
    def _keep_reached(self, rows, known):
        """Let a stage stay reached, though the case's type has it no longer.

        A repair leaves it, too: what was done was done.
        """
        met = {
            key: old
            for key, old in known.items()
            if key not in rows and old["state"] == MET
        }
        targets = self.env["aftersales.sla.target"].browse({key[1] for key in met})
        reached = targets.filtered(lambda target: target.metric == REACH).ids
        for key, old in met.items():
            if key[1] in reached:
                rows[key] = {name: old[name] for name in COLUMNS}

    @api.model
    def _read_known(self, case_ids):
        """Return ``{(case, target, cycle): row}`` of what is stored."""
        names = ["id", "is_marked", *COLUMNS]
        found = self.env.execute_query(
            SQL(
                "SELECT %s FROM aftersales_sla_clock WHERE case_id = ANY(%s)",
                SQL(", ").join(SQL.identifier(name) for name in names),
                list(case_ids),
            )
        )
        rows = (dict(zip(names, values, strict=True)) for values in found)
        return {_get_key(row): row for row in rows}

    @api.model
    def _insert(self, rows):
        """Add clocks; one that somebody else has added meanwhile is written over."""
        names = [SQL.identifier(name) for name in COLUMNS]
        others = [SQL.identifier(name) for name in COLUMNS if name not in KEY]
        for first in range(0, len(rows), BATCH):
            self.env.cr.execute(
                SQL(
                    "INSERT INTO aftersales_sla_clock AS c (%(names)s)"
                    " SELECT * FROM unnest(%(arrays)s)"
                    " ON CONFLICT (case_id, target_id, cycle) DO UPDATE SET %(sets)s",
                    names=SQL(", ").join(names),
                    arrays=SQL(", ").join(
                        _get_arrays(rows[first : first + BATCH], COLUMNS)
                    ),
                    sets=SQL(", ").join(SQL("%s = excluded.%s", n, n) for n in others),
                )
            )

    @api.model
    def _update(self, pairs):
        """Write of clocks the columns in which any of them differs, and unmark them.

        :param pairs: ``[(stored row, row)]``
        """
        for first in range(0, len(pairs), BATCH):
            some = pairs[first : first + BATCH]
            before = zip(*(_get_values(old) for old, _row in some), strict=True)
            after = zip(*(_get_values(row) for _old, row in some), strict=True)
            names = [
                name
                for name, old, new in zip(COLUMNS, before, after, strict=True)
                if old != new
            ]
            ids = SQL("%s::int[]", [old["id"] for old, _row in some])
            arrays = [ids, *_get_arrays([row for _old, row in some], names)]
            moved = [SQL.identifier(name) for name in names]
            unmarked = SQL("is_marked = FALSE, is_unmatched = FALSE")
            sets = [unmarked, *(SQL("%s = v.%s", name, name) for name in moved)]
            self.env.cr.execute(
                SQL(
                    "UPDATE aftersales_sla_clock c SET %(sets)s"
                    " FROM unnest(%(arrays)s) AS v(%(names)s) WHERE c.id = v.id",
                    sets=SQL(", ").join(sets),
                    arrays=SQL(", ").join(arrays),
                    names=SQL(", ").join([SQL("id"), *moved]),
                )
            )

    @api.model
    def _log_missed(self, cases, missed):
        Case = self.env["aftersales.case"]
        self.env["aftersales.case.event"]._log_events(
            [
                {
                    "case_id": Case.browse(row["case_id"]),
                    "kind": EVENT_BREACH,
                    "to_id": row["target_id"],
                    "key": str(row["cycle"]),
                    "to_at": row["breached_at"],
                }
                for row in missed
            ]
        )

    @api.model
    def _tell_broken(self, known, rows):
        """Tell a manager once of what cannot run, and take it back when it can."""
        before, after = _get_errors(known), _get_errors(rows)
        Policy = self.env["aftersales.sla.policy"]
        for policy_id in after.keys() - before.keys():
            Policy.browse(policy_id)._note_broken(after[policy_id])
        Policy.browse(before.keys() - after.keys())._forget_broken()

    @api.model
    def _tell_due_change(self, cases, known, rows):
        """Tell the core of which cases something else is due now."""
        before, after = _get_dues(known), _get_dues(rows)
        cases.filtered(
            lambda case: before.get(case.id) != after.get(case.id)
        )._note_due_change()

    @api.model
    def _prepare_empty(self, target, calendar, company):
        """Return the row of a clock of which only is known what it is about."""
        return dict.fromkeys(COLUMNS) | {
            "target_id": target.id,
            "company_id": company.id,
            "policy_id": target.policy_id.id or None,
            "calendar_id": calendar.id or None,
        }

    @api.model
    def _prepare_row(self, replayed, rule, one, warn_at):
        """Return the row of a replayed ``Clock``.

        Seconds of what runs are not stored: they would be wrong a second later.
        """
        is_open, paused = one.state in OPEN_CLOCKS, _get_paused(one)
        row = rule.row | {
            "case_id": replayed.case.id,
            "cycle": one.number,
            "state": one.state,
            "start_at": one.start,
            "due_at": one.due,
            "seconds_left": one.left if one.state == PAUSED else None,
            "seconds_elapsed": None if one.ended_at is None else one.elapsed,
            **{f"seconds_{party}": paused.get(party, 0) for party in PAUSING},
            "ended_at": one.ended_at,
            "breached_at": one.breached_at,
            "is_born_late": one.is_born_late,
            "warn_at": warn_at,
        }
        if is_open and one.due:
            # What is done at the due moment is in time: the second after it tells.
            row["next_at"] = one.due + timedelta(seconds=1)
        return row

    @api.model
    def _prepare_broken(self, replayed, rule, text):
        """Return the row of a clock that cannot run, with a sentence why."""
        return rule.row | {
            "case_id": replayed.case.id,
            "cycle": 1,
            "state": RUNNING,
            "start_at": replayed.story.reported_at,
            **{f"seconds_{party}": 0 for party in PAUSING},
            "is_born_late": False,
            "error": text,
        }


def _get_arrays(rows, names):
    """Return ``SQL`` of an array for each of these columns of rows."""
    return [
        # The type is one of COLUMNS.
        SQL(f"%s::{COLUMNS[name]}[]", [row[name] for row in rows])
        for name in names
    ]


def _get_errors(rows):
    """Return ``{policy id: why a clock of it cannot run}``; of no policy is left out."""
    return {
        row["policy_id"]: row["error"]
        for row in rows.values()
        if row["error"] and row["policy_id"]
    }


def _stand_for_broken(rows, known):
    """Let clocks that cannot be replayed stay what they were, with the reason why."""
    broken = {key[:2]: key for key, row in rows.items() if row["error"]}
    for key, old in known.items() if broken else ():
        if new := broken.get(key[:2]):
            error = rows[new]["error"] if old["state"] in OPEN_CLOCKS else None
            kept = {name: old[name] for name in COLUMNS}
            rows[key] = kept | {"error": error, "next_at": None, "warn_at": None}


def _keep_missed(rows, known):
    """Let replayed rows keep what was missed before."""
    for key, old in known.items():
        if not old["breached_at"]:
            continue
        gone = {name: old[name] for name in COLUMNS} | {"next_at": None}
        # Nobody can do any more what the log does not ask for.
        gone["ended_at"] = old["ended_at"] or fields.Datetime.now()
        row = rows.setdefault(key, gone)
        if not row["breached_at"]:
            kept = (
                "state",
                "due_at",
                "breached_at",
                "breached_user_id",
                "is_born_late",
                "seconds_late",
            )
            row |= {name: old[name] for name in kept}
            row |= {"seconds_left": None, "warn_at": None, "next_at": None}
        elif not (row.get("taken_from") and row["breached_at"] < old["breached_at"]):
            row["breached_user_id"] = old["breached_user_id"]
            row["breached_at"] = old["breached_at"]


def get_holder(raw, row):
    """Return the id of who was responsible when it was missed."""
    holders = [
        event.user_id
        for event in raw.get(row["case_id"], ())
        if event.at <= row["breached_at"]
    ]
    return holders[-1] if holders else None


def _get_paused(one):
    """Return ``{party: seconds}``; of what runs only the stretches that are over."""
    if one.ended_at is not None or not one.pauses or one.pauses[-1].end:
        return one.paused
    lasting = one.pauses[-1].party
    return {party: n for party, n in one.paused.items() if party != lasting}


def _get_dues(rows):
    dues = {}
    for row in rows.values():
        if row["due_at"] and not row["ended_at"]:
            dues.setdefault(row["case_id"], set()).add(row["due_at"])
    return dues
