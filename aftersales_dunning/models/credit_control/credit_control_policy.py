from odoo import models

from odoo.addons.aftersales_case.engine.private import get_private


class Judgement:
    """What the selection of a run found out, for the lines that are made of it.

    Travels in the context; no request from outside can bring one.
    """

    due = None


class CreditControlPolicy(models.Model):
    """What is held is not selected."""

    _inherit = "credit.control.policy"

    def _generate_credit_lines(self, credit_control_run, default_lines_vals=None):
        """Judge once for selection and lines: judging twice cost a run two percent."""
        policy = self.with_context(dunning_judgement=Judgement())
        return super(CreditControlPolicy, policy)._generate_credit_lines(
            credit_control_run, default_lines_vals=default_lines_vals
        )

    def _get_move_lines_to_process(self, credit_control_run):
        """Leave out what may not be dunned on the day of the run, and note it there.

        A run that is not saved notes nothing: so dunning can be tried.
        """
        lines = super()._get_move_lines_to_process(credit_control_run)
        day = credit_control_run.date
        due = lines._get_dunnable(day)
        judgement = get_private(self.env.context, "dunning_judgement", Judgement)
        if judgement:
            judgement.due = due
        held = lines.browse(key for key, amount in due.items() if not amount)
        if not held:
            return lines
        if credit_control_run._origin:
            credit_control_run._note_held(self, self._get_held_back(day, held))
        return lines - held

    def _get_held_back(self, day, held):
        """Return those of the held instalments that would have had a reminder."""
        self.ensure_one()
        held -= self._lines_different_policy(held)
        found = held.browse()
        for level in self.level_ids:
            found |= level.get_level_lines(day, held)
        return found
