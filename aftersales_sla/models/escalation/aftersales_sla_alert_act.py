import logging

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from odoo.addons.aftersales_case.const import PRIORITIES

_logger = logging.getLogger(__name__)

ACT_JOB = "sla_level"


class AftersalesSlaAlert(models.Model):
    """What levels do besides telling people, each once for a clock."""

    _inherit = "aftersales.sla.alert"

    def _act(self):
        """Do what the levels of these marks ask for; what fails stops nothing else."""
        for mark in self:
            for name in mark.level_id._get_actions():
                mark._try(name)

    def _try(self, name):
        """Take one action; where it fails, say so on the alert, and to somebody once."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                getattr(self, name)()
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            self.env.invalidate_all(flush=False)
            _logger.warning("A level of escalation failed on %s: %s", self, error)
            self.error = str(error)
            self._tell_failure(name, error)

    def _tell_failure(self, name, error):
        """Tell a manager once what a level failed to do, for all cases.

        What is told on a policy is read by whoever reads that: of a confidential case
        it says neither the number nor the error, which may quote it. Both are on the
        alert.
        """
        job = f"{ACT_JOB}:{name}:{self.level_id.id}"
        policy = self.target_id.policy_id
        if not policy:
            self.env["mail.activity"]._note_failure(self.case_id, error, job)
            return
        if self.case_id.confidential:
            text = self.env._(
                "%s, a confidential case: its alerts say why.", self.level_id.sentence
            )
        else:
            text = self.env._(
                "%(level)s, case %(case)s: %(error)s",
                level=self.level_id.sentence,
                case=self.case_id.number,
                error=error,
            )
        policy._note_broken(text, self.env._("An escalation level failed"), job)

    def _reassign(self):
        """Give the case to somebody else, of the team that the level names or its own."""
        case, level = self.case_id, self.level_id
        with case._changing(leaving=case.user_id.ids) as cases:
            if level.team_id and cases.team_id != level.team_id:
                cases.team_id = level.team_id
            cases._assign(by_team=True)

    def _raise_priority(self):
        keys = [key for key, _label in PRIORITIES]
        higher = keys[keys.index(self.case_id.priority or keys[0]) + 1 :]
        if higher:
            self.case_id.priority = higher[0]

    def _plan_activity(self):
        case, kind = self.case_id, self.level_id.activity_type_id
        case.activity_schedule(
            activity_type_id=kind.id,
            summary=kind.summary or kind.name,
            note=self._get_note(self._find_clocks()[self]),
            user_id=case.user_id.id,
            date_deadline=fields.Date.context_today(case),
        )

    def _run_server_action(self):
        case, action = self.case_id, self.level_id.server_action_id
        action.with_context(
            active_model=case._name, active_id=case.id, active_ids=case.ids
        ).run()
