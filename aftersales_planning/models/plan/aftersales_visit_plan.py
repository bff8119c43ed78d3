from collections import namedtuple
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...const import (
    BOOKED_STATES,
    EVENT_LOCKED,
    EVENT_OVERRULED,
    EVENT_UNLOCKED,
    TO_PLAN,
)
from ..visit.aftersales_visit_book import Booking

Move = namedtuple("Move", "visit revision start stop resources")
"""What a planner wants: naive UTC moments; no start and nobody for back to the lane."""

# More than any planner picks at once.
MOST_MOVES = 500
# Nobody plans farther, and no calendar is computed for longer.
FARTHEST = timedelta(days=3 * 366)
# What is said at once of what cannot be.
MOST_TEXTS = 5


class AftersalesVisit(models.Model):
    """The planner's moves: judged, refused with a sentence, or done and undone."""

    _inherit = "aftersales.visit"

    @api.model
    def plan_move(self, moves, reason=None):
        """Plan visits, move them, or take them back, all or none.

        They may change places. To undo, call it again with what it returned as
        ``before``.

        :param moves: list of ``{"id", "revision", "start", "stop", "resource_ids"}``;
            start and stop are texts of naive UTC, the first of ``resource_ids`` leads;
            these three all False take the visit back
        :param reason: why a leader plans against what warns; without one nothing is
            done that is warned of
        :returns: ``{"done": bool, "before": moves back, with the new revision,
            "warnings": {id: [text]}, "ask": [{"id", "texts"}]}``
        :raises UserError: with a sentence, for what is refused, for a visit that somebody
            else has changed meanwhile, and for moves that make no sense
        :raises AccessError: for who may not write these visits
        """
        moves = self._read_moves(moves)
        visits = self.browse().union(*(move.visit for move in moves))
        visits.check_access("write")
        self._ensure_fresh(moves)
        reason = self._read_reason(reason)
        booked = [
            Booking(m.visit, m.start, m.stop, m.resources) for m in moves if m.start
        ]
        freed = self.browse().union(*(move.visit for move in moves if not move.start))
        freed = freed.filtered(lambda one: one.state != TO_PLAN)
        soft = self._judge_moves(booked, freed)
        asked = self._get_asked(soft, booked)
        if asked and not reason:
            return self._answer_move(moves, soft, asked=asked)
        visits._claim()
        before = visits._get_standing()
        # What becomes free is taken off first: it makes room.
        freed._unbook(reason or None)
        self._book(booked, reason or None)
        self._log_overruled(asked, reason)
        return self._answer_move(moves, soft, before)

    def _claim(self):
        """Let others wait who change these visits now; fail if they have changed them.

        The request is then tried again, and sees who it was. Without this the second of
        two would meet the first at the crew, with a sentence about that.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                SQL.identifier(self._table),
                self.ids,
            )
        )

    # === What comes in === #

    @api.model
    def _read_moves(self, moves):
        """Return moves of a request as ``Move``.

        :raises UserError: for what is none
        """
        if not isinstance(moves, list) or not 0 < len(moves) <= MOST_MOVES:
            raise UserError(
                self.env._("Choose the visits to move, at most %s at once.", MOST_MOVES)
            )
        read = self._read_together([self._read_move(move) for move in moves])
        visits = [move.visit.id for move in read]
        if len(set(visits)) != len(visits):
            raise UserError(self.env._("A visit can be moved to one place only."))
        self._ensure_there(read)
        return read

    @api.model
    def _read_together(self, moves):
        """Return the moves with records that are read in one go."""
        visits = [move.visit.id for move in moves]
        crew = [key for move in moves for key in move.resources.ids]
        return [
            move._replace(
                visit=move.visit.with_prefetch(visits),
                resources=move.resources.with_prefetch(crew),
            )
            for move in moves
        ]

    @api.model
    def _read_move(self, move):
        try:
            visit = self.browse(int(move["id"]))
            revision = int(move["revision"])
            start = fields.Datetime.to_datetime(move["start"]) or False
            stop = fields.Datetime.to_datetime(move["stop"]) or False
            ids = [int(one) for one in move["resource_ids"] or []]
        except (KeyError, OverflowError, TypeError, ValueError) as error:
            raise self._get_unreadable() from error
        if len({bool(start), bool(stop), bool(ids)}) > 1:
            raise UserError(
                self.env._(
                    "A visit that is planned has a start, an end and somebody who goes."
                )
            )
        if len(set(ids)) != len(ids):
            raise UserError(self.env._("Crew: each person goes once on a visit."))
        if start:
            self._ensure_near(start, stop)
        resources = self.env["resource.resource"].browse(ids)
        return Move(visit, revision, start, stop, resources)

    @api.model
    def _get_unreadable(self):
        return UserError(
            self.env._("This move cannot be read. Look at the board again.")
        )

    @api.model
    def _ensure_near(self, *moments):
        """Guard: nobody plans so far ahead, and no calendar is computed for as long.

        :param moments: naive UTC
        :raises UserError: for one that is farther than three years
        """
        now = fields.Datetime.now()
        if any(abs(moment - now) > FARTHEST for moment in moments):
            raise UserError(self.env._("Choose a day within three years from today."))

    @api.model
    def _ensure_there(self, moves):
        """Guard: visits and crew of a request exist, and the user may read the crew.

        :raises UserError: for what was deleted
        """
        visits = self.browse().union(*(move.visit for move in moves))
        if visits.exists() != visits:
            raise UserError(
                self.env._("A visit was deleted meanwhile. Look at the board again.")
            )
        crew = self.env["resource.resource"].union(*(move.resources for move in moves))
        if crew.exists() != crew:
            raise UserError(self.env._("Crew: somebody was deleted meanwhile."))
        crew.check_access("read")

    @api.model
    def _read_reason(self, reason):
        return reason.strip() if isinstance(reason, str) else ""

    @api.model
    def _ensure_fresh(self, moves):
        """Guard: a move is based on what stands there now.

        :raises UserError: naming who has changed a visit since
        """
        stale = self.browse().union(
            *(move.visit for move in moves if move.visit.revision != move.revision)
        )
        if not stale:
            return
        visit = stale[:1]
        raise UserError(
            self.env._(
                "%(visit)s was changed meanwhile by %(who)s. Look at the board again.",
                visit=visit.name,
                who=visit._get_last_actor().name or self.env._("somebody"),
            )
        )

    def _get_last_actor(self):
        """Return the user who last changed day, crew or state."""
        self.ensure_one()
        # sudo: who did it, of a visit that the caller may write
        event = (
            self.env["aftersales.case.event"]
            .sudo()
            .search(
                [("case_id", "=", self.case_id.id), ("key", "=", f"visit:{self.id}")],
                order="id DESC",
                limit=1,
            )
        )
        return event.actor_id

    @api.constrains("earliest")
    def _check_earliest(self):
        """No calendar is computed to the end of time."""
        farthest = fields.Datetime.now() + FARTHEST
        if any(visit.earliest and visit.earliest > farthest for visit in self):
            raise ValidationError(
                self.env._("Not Before: choose a day within three years from today.")
            )

    # === Judging === #

    def _judge_moves(self, booked, freed):
        """Return ``{visit: [Finding]}`` of what warns.

        :param freed: visits that are taken off their days in the same go
        :raises UserError: for what is refused
        """
        found = self._judge(booked, freed)
        hard = [one.text for findings in found.values() for one in findings if one.hard]
        if hard:
            texts = list(dict.fromkeys(hard))
            raise UserError("\n".join(texts[:MOST_TEXTS]))
        return {visit: findings for visit, findings in found.items() if findings}

    def _get_asked(self, soft, booked):
        """Return ``{visit: [Finding]}`` of warnings that are new where they would stand.

        What was said of its present place already has been answered there.
        """
        if not soft:
            return {}
        visits = (
            self.browse().union(*soft).filtered(lambda one: one.state in BOOKED_STATES)
        )
        present = {
            (visit, one.text)
            for visit, findings in visits._judge_now().items()
            for one in findings
        }
        asked = {
            visit: [one for one in findings if (visit, one.text) not in present]
            for visit, findings in soft.items()
        }
        return {visit: findings for visit, findings in asked.items() if findings}

    def _log_overruled(self, asked, reason):
        """Log that a leader planned against warnings, which ones and why."""
        for visit, findings in asked.items():
            rules = ", ".join(dict.fromkeys(one.rule for one in findings))
            visit._log(EVENT_OVERRULED, f"{rules}: {reason}")

    # === What goes out === #

    def _get_standing(self):
        """Return ``{visit: move}`` as the visits stand now, for the way back."""
        # sudo: the crew of visits that the caller may write
        return {
            visit: {
                "id": visit.id,
                "start": fields.Datetime.to_string(visit.start) or False,
                "stop": fields.Datetime.to_string(visit.stop) or False,
                "resource_ids": visit.sudo()
                .crew_ids.sorted(lambda row: not row.is_lead)
                .resource_id.ids
                or False,
            }
            for visit in self
        }

    @api.model
    def _answer_move(self, moves, soft, before=None, asked=None):
        return {
            "done": before is not None,
            "before": [
                {**before[move.visit], "revision": move.visit.revision}
                for move in moves
            ]
            if before
            else [],
            "warnings": {
                visit.id: [one.text for one in findings]
                for visit, findings in soft.items()
            },
            "ask": [
                {"id": visit.id, "texts": [one.text for one in findings]}
                for visit, findings in (asked or {}).items()
            ],
        }

    # === Locks === #

    def action_lock(self):
        """Keep these visits on their day, at their time, with their crew.

        :raises UserError: for one that is not planned
        """
        self.check_access("write")
        loose = self.filtered(lambda one: one.state not in BOOKED_STATES)[:1]
        if loose:
            raise UserError(
                self.env._("%s is not planned, and cannot be locked.", loose.name)
            )
        return self._set_locked(True)

    def action_unlock(self):
        """Let these visits be moved again."""
        self.check_access("write")
        return self._set_locked(False)

    def _set_locked(self, locked):
        changed = self.filtered(lambda one: one.locked != locked)
        # sudo: kept by the system; the caller asked for the right
        changed.sudo().write({"locked": locked})
        changed._log(EVENT_LOCKED if locked else EVENT_UNLOCKED)
        return True

    def action_unplan(self):
        """Take these visits off their day, back to those to plan.

        :raises UserError: for one that is locked, or that began
        """
        self.check_access("write")
        self.filtered(lambda one: one.state != TO_PLAN)._unbook()
        return True
