from odoo import models
from odoo.fields import Domain

from odoo.addons.aftersales_case.engine.private import get_private

from ...const import OUTCOME_REMIND, PART_DUNNED
from ...engine.private import AllItems


class Judgement:
    """What the selection of a run found out, for the lines that are made of it.

    Travels in the context; no request from outside can bring one.
    """

    due = None


class CreditControlPolicy(models.Model):
    """What is held is not selected."""

    _inherit = "credit.control.policy"

    def _generate_credit_lines(self, credit_control_run, default_lines_vals=None):
        """Judge once for selection and lines: judging twice cost a run two percent.

        Then come the parts that are dunned by themselves.
        """
        policy = self.with_context(dunning_judgement=Judgement())
        manual, lines, report = super(
            CreditControlPolicy, policy
        )._generate_credit_lines(
            credit_control_run, default_lines_vals=default_lines_vals
        )
        parts = self._generate_part_lines(credit_control_run, default_lines_vals or {})
        if parts:
            report += self.env._(
                "%s of them are about disputed parts on their own terms.<br/>",
                len(parts),
            )
        return manual, lines.with_env(self.env) | parts, report

    def _get_move_lines_to_process(self, credit_control_run):
        """Leave out what may not be dunned on the day of the run, and note it there.

        A run that is not saved notes nothing: so dunning can be tried.
        """
        lines = super()._get_move_lines_to_process(credit_control_run)
        if get_private(self.env.context, "dunning_all", AllItems) is not None:
            return lines
        day = credit_control_run.date
        standings = lines.move_id._get_standings(day)
        due = lines._get_dunnable(day, standings)
        judgement = get_private(self.env.context, "dunning_judgement", Judgement)
        if judgement:
            judgement.due = due
        stopped = lines.browse(key for key, amount in due.items() if not amount)
        if not stopped:
            return lines
        if credit_control_run._origin:
            apart = stopped._get_due_now(day, standings)
            held = stopped.filtered(
                lambda line: line.currency_id.compare_amounts(
                    line.amount_residual_currency, apart.get(line.id, 0)
                )
            )
            credit_control_run._note_held(self._get_held_back(day, held))
        return lines - stopped

    def _get_held_back(self, day, held):
        """Return those of the held instalments that would have had a reminder."""
        self.ensure_one()
        held -= self._lines_different_policy(held)
        found = held.browse()
        for level in self.level_ids:
            found |= level.get_level_lines(day, held)
        return found

    # === Parts that are dunned by themselves === #

    def _generate_part_lines(self, credit_control_run, default_lines_vals):
        """Make the reminders about disputed parts that have their turn.

        They count in a series of their own: OCA's levels pass over them.

        :returns: the lines
        """
        self.ensure_one()
        Line = self.env["credit.control.line"]
        day = credit_control_run.date
        # sudo: which parts there are is no matter of who runs it
        holds = self.env["aftersales.dunning.hold"].sudo()
        holds = holds.search(
            Domain("company_id", "=", credit_control_run.company_id.id)
            & Domain("is_series", "=", True)
            & (
                Domain("part_state", "=", PART_DUNNED)
                | holds._get_due_parts_domain(day)
            )
        )
        if not holds:
            return Line
        items = holds.move_id._get_open_items().sudo(False)
        prospects = {
            key: prospect
            for key, prospect in items._get_part_prospects(day).items()
            if prospect.outcome == OUTCOME_REMIND and prospect.policy == self
        }
        vals_list = [
            Line._prepare_from_move_line(
                line, prospect.level, day, prospect.due, default_lines_vals
            )
            | {
                "hold_id": hold.id,
                "manually_overridden": True,
                "date_due": hold._get_part_due(line),
            }
            for (line, hold), prospect in prospects.items()
        ]
        former = Line.search(
            [
                ("hold_id", "in", [hold.id for _line, hold in prospects]),
                ("state", "in", ("draft", "to_be_sent")),
            ]
        )
        # sudo: which part they are about the system says, whoever makes reminders
        made = Line.sudo().create(vals_list).sudo(self.env.su)
        levels = {
            (line.move_line_id, line.hold_id, line.policy_level_id) for line in made
        }
        former.filtered(
            lambda line: (
                (line.move_line_id, line.hold_id, line.policy_level_id) in levels
            )
        ).write({"state": "ignored"})
        return made
