from collections import namedtuple

from odoo import api, models
from odoo.tools import SQL

from ...const import EVENT_PRIORITY, EVENT_TYPE
from ...engine import replay
from ...engine.replay import Snapshot

COLUMNS = (
    "id",
    "case_id",
    "at",
    "kind",
    "actor_id",
    "from_id",
    "to_id",
    "from_at",
    "to_at",
    "key",
    "stage_id",
    "state",
    "waiting_for",
    "team_id",
    "user_id",
    "reason",
)


class AftersalesCaseEvent(models.Model):
    """Reading the log of many cases at once, for whoever replays it.

    A record of the ORM for each event costs ten times what the rows cost.
    """

    _inherit = "aftersales.case.event"

    @api.model
    def _get_replayed_columns(self):
        """Hook: return the names of stored fields of a sibling that a replay needs.

        ``_prepare_snapshot`` fills them when an event is logged; the rows of ``_read_raw``
        and ``Snapshot.more`` carry them.
        """
        return []

    @api.model
    def _read_raw(self, case_ids, merged=False):
        """Return the events of many cases as plain rows, in one query.

        The caller has looked after the right to read these cases.

        :param case_ids: ids of cases
        :param merged: whether what cases that were merged into a case lived through,
            before it came in, stands before its own events
        :returns: ``{case id: [row]}``, each in the order (at, id); a row has the columns
            of the log, and ``type_id`` and ``priority`` of its case as they are now
        """
        if not case_ids:
            return {}
        columns = list(dict.fromkeys((*COLUMNS, *self._get_replayed_columns())))
        Case = self.env["aftersales.case"]
        self.flush_model(columns[1:])
        Case.flush_model(["merged_into_id", "type_id", "priority"])
        cases = SQL.identifier(Case._table)
        chain = SQL("SELECT id AS root, id FROM %s WHERE id = ANY(%s)", cases, case_ids)
        if merged:
            chain = SQL(
                "%s UNION SELECT chain.root, other.id FROM chain"
                " JOIN %s other ON other.merged_into_id = chain.id",
                chain,
                cases,
            )
        rows = self.env.execute_query(
            SQL(
                "WITH RECURSIVE chain(root, id) AS (%(chain)s)"
                " SELECT chain.root, %(columns)s, c.type_id, c.priority::integer"
                " FROM chain JOIN %(cases)s c ON c.id = chain.id"
                " JOIN %(events)s e ON e.case_id = chain.id ORDER BY e.at, e.id",
                chain=chain,
                columns=SQL(", ").join(SQL.identifier("e", name) for name in columns),
                cases=cases,
                events=SQL.identifier(self._table),
            )
        )
        make = namedtuple("EventRow", [*columns, "type_id", "priority"])._make
        result = {}
        for root, *values in rows:
            result.setdefault(root, []).append(make(values))
        if merged:
            result = {root: _until_own(root, found) for root, found in result.items()}
        return result

    @api.model
    def _read_snapshots(self, case_ids, merged=False):
        """Return the events of many cases as a replay reads them.

        Type and priority are replayed from their own events, back from what they are
        now, so that events of any age have them.

        :returns: ``{case id: [Snapshot]}``, with the parameters of ``_read_raw``
        """
        more = self._get_replayed_columns()
        result = {}
        for root, rows in self._read_raw(case_ids, merged).items():
            types = replay.values_at(rows, EVENT_TYPE, "type_id")
            priorities = replay.values_at(rows, EVENT_PRIORITY, "priority")
            result[root] = [
                Snapshot(
                    at=row.at,
                    kind=row.kind,
                    stage=row.stage_id,
                    state=row.state,
                    waiting_for=row.waiting_for,
                    team=row.team_id,
                    user=row.user_id,
                    type=case_type,
                    priority=priority,
                    more={name: getattr(row, name) for name in more},
                )
                for row, case_type, priority in zip(
                    rows, types, priorities, strict=True
                )
            ]
        return result


def _until_own(root, rows):
    """Return a case's own rows, and of merged cases those before its first."""
    first = next((row.at for row in rows if row.case_id == root), None)
    return [
        row
        for row in rows
        if row.case_id == root or (first is not None and row.at < first)
    ]
