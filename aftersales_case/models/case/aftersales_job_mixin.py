import logging

from odoo import api, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

BATCH = 500


class AftersalesJobMixin(models.AbstractModel):
    """How scheduled jobs work on many records of ours: see ``_run_in_batches``."""

    _name = "aftersales.job.mixin"
    _description = "Records That Scheduled Jobs Work On"

    @api.model
    def _run_in_batches(self, domain, work, batch=BATCH, task=""):
        """Do a cron's work on the records of a domain: locked, in batches, committed.

        A batch that fails is done again one by one, so that one bad record stops no
        other. What others are changing just then is left, and the job comes back soon.

        :param domain: the records that need the work
        :param work: function of a recordset; does no harm when it is done twice
        :param task: what the work is, where one cron does several things
        :returns: whether all was done before the time was up
        """
        cron = self.env["ir.cron"]
        remaining = self.search_count(domain)
        cron._commit_progress(remaining=remaining)
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
            locked = found._lock_for_job()
            left |= (found - locked) | locked._do_safely(work, task)
            remaining = max(remaining - len(found), 0)
            if not cron._commit_progress(len(found), remaining=remaining):
                return False

    def _lock_for_job(self):
        """Lock those of these records that nobody else is changing, for a job's work.

        What others have changed since this transaction began is not among them: the
        database locks no row that this transaction sees as it was.

        :returns: the records that are locked
        """
        try:
            with self.env.cr.savepoint(flush=False):
                return self.try_lock_for_update(allow_referencing=True)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            half = len(self) // 2
            if not half:
                return self.browse()
        return self[:half]._lock_for_job() | self[half:]._lock_for_job()

    def _do_safely(self, work, task=""):
        """Do a job's work on these records, one by one when it fails for all.

        A failure is noted where people see it, and forgotten once this work succeeds on
        this record: other work, and another record that is shown there, leave it.

        :returns: the records that others have changed meanwhile: for them this
            transaction began too early, nothing is wrong with them
        """
        if not self:
            return self
        # Before the work, which may remove the records.
        shown = self._get_failure_records()
        jobs = {record._get_failed_job(task) for record in self}
        try:
            with self.env.cr.savepoint():
                work(self)
                self.env.flush_all()
                self.env["mail.activity"]._forget_failures(shown, jobs)
            return self.browse()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            if len(self) == 1:
                self.env.invalidate_all(flush=False)
                return self
        except Exception as error:
            if len(self) == 1:
                self.env.invalidate_all(flush=False)
                self._note_failure(error, task)
                return self.browse()
        self.env.invalidate_all(flush=False)
        return self.browse().concat(*(one._do_safely(work, task) for one in self))

    def _get_failure_records(self):
        """Hook: return the record with activities on which each one's failure is shown."""
        return self

    def _get_failure_key(self):
        """Hook: return what failed, by a name that is the same at the next try."""
        self.ensure_one()
        return f"{self._name},{self.id}"

    def _get_failed_job(self, task):
        """Return the name under which a failure of this job on this record is known."""
        job = self.env.context.get("cron_id") or self._name
        return f"{job}:{task}:{self._get_failure_key()}"

    def _note_failure(self, error, task=""):
        """Hook: tell that a job failed on this record, once until it succeeds."""
        self.ensure_one()
        shown = self._get_failure_records()
        job = self._get_failed_job(task)
        if not shown or self.env["mail.activity"]._note_failure(shown, error, job):
            _logger.exception("A scheduled job failed on %s", self)
