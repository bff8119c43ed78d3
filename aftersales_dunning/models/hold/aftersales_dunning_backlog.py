import logging
from datetime import timedelta

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

CRON = "cron_catch_up"
AGAIN = timedelta(minutes=1)
# After so many failures somebody is told, and the job comes again less often.
MANY_TRIES = 3
LONGEST = timedelta(hours=1)


class AftersalesDunningBacklog(models.Model):
    """What could not be done about a hold at once, and a job makes up.

    A hold that waits for a reminder on its way, reminders that others were writing,
    goods that could not be followed. Rows are added and removed, and only the job
    changes one: noting that something is left can never conflict with anybody.
    """

    _name = "aftersales.dunning.backlog"
    _description = "Dunning Hold to Catch up With"
    _inherit = "aftersales.job.mixin"
    _order = "id"
    _rec_name = "case_id"
    _case_field = "case_id"

    hold_id = fields.Many2one(
        "aftersales.dunning.hold", ondelete="cascade", index="btree_not_null"
    )
    case_id = fields.Many2one(
        "aftersales.case", ondelete="cascade", index="btree_not_null"
    )
    tries = fields.Integer(readonly=True)
    error = fields.Char(readonly=True)

    @api.model
    def _add(self, holds=(), cases=()):
        """Note what is left, and wake the job.

        What is noted already is noted again: the job may just be doing it, and not see
        what was changed since.

        :param holds: holds that are to begin, or whose reminders are to be taken back
        :param cases: cases whose goods are to be followed
        """
        # sudo: notes of the system, whoever caused them
        self.sudo().create(
            [{"hold_id": hold.id, "case_id": hold.case_id.id} for hold in holds]
            + [{"case_id": case.id} for case in cases]
        )
        self._wake()

    @api.model
    def _wake(self, delay=None):
        self.env["aftersales.dunning.hold"]._wake(CRON, delay)

    @api.model
    def _cron_catch_up(self):
        """Make up what is left, each in a transaction of its own."""
        ids = self.search([]).ids
        for done, row_id in enumerate(ids, start=1):
            # Those that say the same are done with the first.
            row = self.browse(row_id).exists().try_lock_for_update()
            if row._do_safely(lambda found: found._do()):
                self._wake(AGAIN)
            left = self.env["ir.cron"]._commit_progress(1, remaining=len(ids) - done)
            if not left:
                break

    def _get_failure_records(self):
        return self.case_id

    def _get_failure_key(self):
        """Rows that say the same are done with the first, so they fail as one."""
        return (self.hold_id or self.case_id)._get_failure_key()

    def _do(self):
        self.ensure_one()
        hold, case = self.hold_id, self.case_id
        self.search([("hold_id", "=", hold.id), ("case_id", "=", case.id)]).unlink()
        if hold:
            hold.with_company(hold.company_id)._catch_up()
        else:
            case.with_company(case.company_id)._sync_goods()

    def _note_failure(self, error, task=""):
        """Keep a row for later; the responsible of the case is told at last."""
        self.ensure_one()
        _logger.warning("Backlog %s: %s", self.id, error)
        self.write({"tries": self.tries + 1, "error": str(error)})
        self._wake(min(AGAIN * 2 ** min(self.tries, 6), LONGEST))
        if self.tries == MANY_TRIES and self.case_id:
            job = self._get_failed_job(task)
            self.env["mail.activity"]._note_failure(self.case_id, error, job)
