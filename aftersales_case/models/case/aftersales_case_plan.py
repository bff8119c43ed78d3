import logging

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)


class AftersalesCase(models.Model):
    """The actions that must be taken on a new case: the activity plan of its type."""

    _inherit = "aftersales.case"

    def _start_activity_plan(self):
        """Start the plans of the types on these new cases, in one batch per plan.

        Nobody is mailed: the team and the responsible are told of the case itself. A
        plan that cannot be started is noted on its cases and stops none of them.
        """
        cases = self.filtered(lambda case: not case._is_closed())
        # sudo: whoever reports a case, by whatever way, its actions are taken
        for (plan, company), group in (
            cases.sudo()
            .grouped(lambda case: (case.type_id.activity_plan_id, case.company_id))
            .items()
        ):
            if not plan.active:
                continue
            try:
                with self.env.cr.savepoint():
                    group._schedule_plan(plan, company)
                    self.env.flush_all()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise  # the whole request is tried again
            except Exception as error:
                _logger.info("Plan %s was not started: %s", plan.name, error)
                note = self.env._(
                    "The actions of plan “%(plan)s” could not be scheduled: %(error)s",
                    plan=plan.name,
                    error=error,
                )
                group._message_log_batch(dict.fromkeys(group.ids, note))

    def _schedule_plan(self, plan, company):
        wizard = (
            self.env["mail.activity.schedule"]
            .with_context(active_ids=False, active_id=False)
            .with_company(company)
            .create(
                {
                    "res_model": self._name,
                    "res_ids": repr(self.ids),
                    "plan_id": plan.id,
                    "plan_on_demand_user_id": self.user_id[:1].id,
                }
            )
        )
        if plan in wizard.plan_available_ids:
            wizard.with_context(
                mail_activity_quick_update=True
            )._schedule_plan_in_batch()
