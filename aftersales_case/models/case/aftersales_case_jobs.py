import logging

from odoo import api, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

BATCH = 500


class AftersalesCase(models.Model):
    """How scheduled jobs work on many cases: see ``_run_in_batches``."""

    _inherit = "aftersales.case"

    @api.model
    def _run_in_batches(self, domain, work, batch=BATCH):
        """Do a cron's work on the cases of a domain: locked, in batches, committed.

        A batch that fails is done again case by case, so that one bad case stops
        nobody else's. Cases that others are changing just then are left, and the job
        comes back for them soon.

        :param domain: the cases that need the work; done ones no longer match
        :param work: function of a recordset
        :returns: whether all was done before the time was up
        """
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self.search_count(domain))
        last, left = 0, self.browse()
        while True:
            found = self.search(
                domain & Domain("id", ">", last), order="id", limit=batch
            )
            if not found:
                if left:
                    cron._run_again_soon()
                return True
            last = found[-1].id
            locked = found.try_lock_for_update(allow_referencing=True)
            left |= (found - locked) | locked._do_safely(work)
            if not cron._commit_progress(len(found)):
                return False

    def _do_safely(self, work):
        """Do a job's work on these cases, one by one when it fails for all.

        :returns: the cases that others have changed meanwhile: for them this
            transaction began too early, nothing is wrong with them
        """
        if not self:
            return self
        try:
            with self.env.cr.savepoint():
                work(self)
                self.env.flush_all()
            return self.browse()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            if len(self) == 1:
                self.env.invalidate_all(flush=False)
                return self
        except Exception as error:
            if len(self) == 1:
                self.env.invalidate_all(flush=False)
                self._note_failure(error)
                return self.browse()
        self.env.invalidate_all(flush=False)
        return self.browse().concat(*(case._do_safely(work) for case in self))

    def _note_failure(self, error):
        """Tell the responsible, once, that a job failed on this case."""
        self.ensure_one()
        _logger.exception("A scheduled job failed on case %s", self.number)
        summary = self.env._("A scheduled job failed")
        if summary not in self.activity_ids.mapped("summary"):
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=summary,
                note=str(error),
                user_id=self.user_id.id,
            )
