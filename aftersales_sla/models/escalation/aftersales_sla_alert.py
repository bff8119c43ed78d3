from odoo import api, fields, models
from odoo.tools import SQL

from ...const import (
    ALERT_PASSED,
    ALERT_REACHED,
    ALERT_STATES,
    ALERT_WAITING,
    CHANNELS,
)
from ...engine.levels import choose

LEVEL = "aftersales.escalation.level"
# What is written of a new alert, with the type of its column.
COLUMNS = {
    "case_id": "int",
    "target_id": "int",
    "cycle": "int",
    "level_id": "int",
    "user_id": "int",
    "what": "text",
    "step": "text",
    "state": "text",
    "channels": "text",
    "reached_at": "timestamp",
    "send_at": "timestamp",
}


class AftersalesSlaAlert(models.Model):
    """The outbox of escalation: that a level was reached, and who is told of it.

    A row without a person says that a level of a clock was reached, or passed over; the
    others are one for each person to tell. The database holds that each is there once,
    so that no level is told twice, whoever runs the job, and whenever it is killed.
    Clocks come and go with each replay: the rows keep case, target and cycle.
    """

    _name = "aftersales.sla.alert"
    _description = "SLA Alert"
    _inherit = ["aftersales.case.part", "aftersales.job.mixin"]
    _log_access = False
    _order = "reached_at desc, id desc"
    _rec_name = "case_id"

    case_id = fields.Many2one(
        "aftersales.case", required=True, readonly=True, ondelete="cascade"
    )
    target_id = fields.Many2one(
        "aftersales.sla.target",
        "Promise",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    cycle = fields.Integer(required=True, readonly=True, default=1)
    level_id = fields.Many2one(
        "aftersales.escalation.level",
        "Level Reached",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    user_id = fields.Many2one(
        "res.users", "For", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    what = fields.Char("Key of the Promise", readonly=True, required=True)
    step = fields.Char(readonly=True, required=True)
    state = fields.Selection(ALERT_STATES, readonly=True, required=True)
    channels = fields.Char(readonly=True, help="To be tried, in order.")
    reached_at = fields.Datetime("Reached", readonly=True, required=True)
    send_at = fields.Datetime("To Be Told", readonly=True)
    sent_at = fields.Datetime("Told On", readonly=True)
    told_user_id = fields.Many2one(
        "res.users",
        "Told",
        readonly=True,
        ondelete="restrict",
        help="The person, or who stands in for an absent one.",
    )
    channel = fields.Selection(CHANNELS, "By", readonly=True)
    message_id = fields.Many2one(
        "mail.message", readonly=True, ondelete="set null", index="btree_not_null"
    )
    error = fields.Char(readonly=True)

    level_text = fields.Char("Level", compute="_compute_level_text")
    what_text = fields.Char("What", compute="_compute_level_text")

    # One row for each person of a level, and one for the level itself.
    _once_uniq = models.UniqueIndex(
        "(case_id, target_id, cycle, level_id, COALESCE(user_id, 0))"
    )
    _waiting_idx = models.Index("(send_at, user_id) WHERE state = 'waiting'")

    @api.depends("level_id.sentence", "target_id")
    @api.depends_context("lang")
    def _compute_level_text(self):
        for alert in self:
            alert.what_text = alert.target_id._get_what()
            # sudo: the words of a level, whoever may read its settings
            level = alert.level_id.sudo()
            alert.level_text = level._tell_when() if level else alert.step

    def action_open_message(self):
        """Open what the receiver was sent.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Message"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [
                (
                    self.env.ref("aftersales_sla.aftersales_sla_alert_view_form").id,
                    "form",
                )
            ],
            "target": "new",
        }

    # === What was told before === #

    @api.model
    def _read_told(self, rows):
        """Lay into rows of clocks, under ``told``, which of their levels are done with.

        A level is, once it was reached by this clock; and once the same step was reached
        by a clock whose place this one took, as after a change of priority.

        :param rows: rows of clocks that reach levels
        """
        cases = list({row["case_id"] for row in rows})
        marks = self.env.execute_query(
            SQL(
                "SELECT case_id, cycle, target_id, level_id, what, step, state"
                " FROM aftersales_sla_alert WHERE case_id = ANY(%s)"
                " AND user_id IS NULL",
                cases,
            )
        )
        by_cycle = {}
        for case_id, cycle, *mark in marks:
            by_cycle.setdefault((case_id, cycle), []).append(mark)
        Target, Level = self.env["aftersales.sla.target"], self.env[LEVEL]
        for row in rows:
            row["told"] = told = set()
            found = by_cycle.get((row["case_id"], row["cycle"]), ())
            if not found:
                continue
            what = Target.browse(row["target_id"])._get_alert_key()
            steps = {
                Level.browse(one.key)._get_step_key(): one.key for one in row["reached"]
            }
            for target_id, level_id, told_what, step, state in found:
                if target_id == row["target_id"]:
                    told.add(level_id)
                elif (
                    told_what == what
                    and state == ALERT_REACHED
                    and target_id not in row["beside"]
                    and step in steps
                ):
                    told.add(steps[step])

    @api.model
    def _plan_next(self, rows):
        """Let rows of clocks be looked at again when they reach their next level."""
        watched = [row for row in rows if row.get("reached")]
        if not watched:
            return
        counting = {}
        for row in rows:
            if row["ended_at"] is None:
                key = row["case_id"], row["cycle"]
                counting.setdefault(key, set()).add(row["target_id"])
        for row in watched:
            row["due_next_at"] = row["next_at"]
            beside = counting.get((row["case_id"], row["cycle"]), set())
            # Two promises that run side by side are told each for itself.
            row["beside"] = beside - {row["target_id"]}
        self._read_told(watched)
        for row in watched:
            row["next_at"] = _get_next(row)

    # === Reaching levels === #

    @api.model
    def _reach_levels(self, rows, now):
        """Note which levels clocks have reached by now, do what they say, fill the outbox.

        Of what somebody else has noted meanwhile nothing is done.

        :param rows: rows of clocks, just stored
        """
        marks, moved = [], []
        for row in rows:
            next_at = row["next_at"]
            if not row.get("reached") or next_at is None or next_at > now:
                continue
            to_tell, passed = choose(
                row["reached"],
                row["told"],
                row["born_at"],
                now,
                self._get_judge(row["case_id"]),
            )
            moments = {one.key: one.moment for one in row["reached"]}
            for keys, state in ((to_tell, ALERT_REACHED), (passed, ALERT_PASSED)):
                for key in keys:
                    moment = max(moments[key], row["born_at"])
                    marks.append(self._prepare_mark(row, key, state, moment))
            row["told"] = row["told"] | {*to_tell, *passed}
            row["next_at"] = _get_next(row)
            moved.append(row)
        self.env["aftersales.sla.clock"]._set_next(moved)
        made = self._insert(marks)
        reached = made.filtered(lambda mark: mark.state == ALERT_REACHED)
        reached._act()
        reached._address(now)

    @api.model
    def _get_judge(self, case_id):
        """Return a function of a level's id: whether its conditions hold for a case."""
        case = self.env["aftersales.case"].browse(case_id)

        def holds(key):
            return self.env[LEVEL].browse(key)._applies(case)

        return holds

    @api.model
    def _prepare_mark(self, row, key, state, moment):
        level = self.env[LEVEL].browse(key)
        target = self.env["aftersales.sla.target"].browse(row["target_id"])
        return {
            "case_id": row["case_id"],
            "target_id": row["target_id"],
            "cycle": row["cycle"],
            "level_id": key,
            "what": target._get_alert_key(),
            "step": level._get_step_key(),
            "state": state,
            "reached_at": moment,
        }

    def _address(self, now):
        """Have everybody told whom the levels of these marks name."""
        people = self._get_people()
        self._insert(
            [
                {
                    "case_id": mark.case_id.id,
                    "target_id": mark.target_id.id,
                    "cycle": mark.cycle,
                    "level_id": mark.level_id.id,
                    "user_id": user.id,
                    "what": mark.what,
                    "step": mark.step,
                    "state": ALERT_WAITING,
                    "channels": ",".join(channels),
                    "reached_at": mark.reached_at,
                    "send_at": now,
                }
                for mark, found in people.items()
                for user, channels in found.items()
            ]
        )

    def _get_people(self):
        """Return ``{mark: {user: channels}}`` of whom these marks are for."""
        people = self.case_id._get_level_people(
            [(mark.case_id, mark.level_id) for mark in self]
        )
        return {mark: people[mark.case_id, mark.level_id] for mark in self}

    @api.model
    def _insert(self, rows):
        """Add alerts, but for those that are there.

        :returns: those that are new
        """
        if not rows:
            return self.browse()
        names = [SQL.identifier(name) for name in COLUMNS]
        arrays = [
            SQL(f"%s::{kind}[]", [row.get(name) for row in rows])  # kind: of COLUMNS
            for name, kind in COLUMNS.items()
        ]
        made = self.env.execute_query(
            SQL(
                "INSERT INTO aftersales_sla_alert (%s) SELECT * FROM unnest(%s)"
                " ON CONFLICT DO NOTHING RETURNING id",
                SQL(", ").join(names),
                SQL(", ").join(arrays),
            )
        )
        self.env["aftersales.case"].invalidate_model(["alert_ids"], flush=False)
        return self.browse(found for (found,) in made)


def _get_next(row):
    """Return when a clock is to be looked at again: it is due, or reaches a level."""
    moments = [one.moment for one in row["reached"] if one.key not in row["told"]]
    if row["due_next_at"]:
        moments.append(row["due_next_at"])
    return min(moments, default=None)
