from odoo import models

from ...const import (
    OUTCOME_LAST,
    OUTCOME_LEFT_OUT,
    OUTCOME_NOT_DUE,
    OUTCOME_REMIND,
    OUTCOME_SMALL,
    OUTCOME_WAITS,
    REACHED_STATES,
)
from .account_move_line_forecast import Prospect


class AccountMoveLine(models.Model):
    """What a run does with disputed parts that are dunned by themselves.

    The run itself and everybody who asks beforehand get the same answer from here.
    """

    _inherit = "account.move.line"

    def _get_part_prospects(self, day, standings=None):
        """Say what a run on a day makes of the parts that lie on these instalments.

        A part has levels of its own, counted by its hold from its own date.

        :param day: date of the run
        :param standings: result of ``_get_standings`` of their invoices, if known
        :returns: ``{(line, hold): Prospect}``; the number of queries depends on the
            policies
        """
        # sudo: as in _get_prospects
        items = self.sudo()
        if standings is None:
            standings = items.move_id._get_standings(day)
        due = {
            key: amount
            for key, amount in items._get_due_of_parts(day, standings).items()
            if key[1] and amount
        }
        by_id = {line.id: line for line in items}
        Hold = self.env["aftersales.dunning.hold"].sudo()  # sudo: as above
        rows = {
            (by_id[line_id], Hold.browse(hold_id)): amount
            for (line_id, hold_id), amount in due.items()
            if line_id in by_id
        }
        if not rows:
            return {}
        lines = items.union(*(line for line, _hold in rows))
        taken = lines._get_taken_by_run(day, with_held=True)
        policies = lines._get_dunning_policies()
        smallest = lines._get_smallest(day)
        reached = lines._get_last_part_reminders()
        return {
            (line.with_env(self.env), hold): line._judge_part(
                day,
                hold,
                amount,
                standings[line.move_id],
                policies[line],
                reached.get((line, hold)),
                taken=line in taken,
                is_small=not line._is_asked(amount, smallest[line.id]),
            )
            for (line, hold), amount in rows.items()
        }

    def _judge_part(
        self, day, hold, amount, standing, policy, reached, *, taken, is_small
    ):
        """Return the ``Prospect`` of a part from what was found out about all."""
        self.ensure_one()
        due_on = hold._get_part_due(self)
        level = policy._get_next_level(reached)
        turn = level._get_turn_of(due_on, reached) if level else None
        if outcome := self._get_outcome_of_policy(policy):
            pass  # as of the rest
        elif due_on and due_on > day:
            outcome = OUTCOME_NOT_DUE
        elif not level:
            outcome = OUTCOME_LAST
        elif turn is None or turn > day:
            outcome = OUTCOME_WAITS
        elif is_small:
            outcome = OUTCOME_SMALL
        else:
            outcome = OUTCOME_REMIND if taken else OUTCOME_LEFT_OUT
        has_turn = outcome in (OUTCOME_REMIND, OUTCOME_SMALL, OUTCOME_LEFT_OUT)
        return Prospect(
            outcome,
            standing,
            amount,
            policy,
            level if has_turn else policy.level_ids.browse(),
            reached or self.env["credit.control.line"],
            level,
            turn,
            amount,
        )

    def _get_last_part_reminders(self):
        """Return ``{(line, hold): credit control line}``: the last one of each part."""
        # sudo: as in _get_prospects
        reminders = self.env["credit.control.line"].sudo()
        reminders = reminders.search(
            [
                ("move_line_id", "in", self.ids),
                ("hold_id", "!=", False),
                ("state", "in", REACHED_STATES),
            ],
            order="id",
        )
        return {(line.move_line_id, line.hold_id): line for line in reminders}
