from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

# A website that does not answer is asked again after so long, then after twice as long.
FIRST_DELAY = timedelta(minutes=5)
MOST_TRIES = 6
# More than any channel takes files; all of them stand in what was sent.
MOST_URLS = 50


class AftersalesIntake(models.Model):
    """Files of which a form sent the address: fetched later, by a job."""

    _inherit = "aftersales.intake"

    file_urls = fields.Json("Files to Fetch", readonly=True)
    file_tries = fields.Integer("Tries to Fetch", readonly=True)
    files_at = fields.Datetime("Files Fetched Next", readonly=True)
    file_errors = fields.Text(
        "Files Not Fetched", readonly=True, help="Which files are missing, and why."
    )

    _files_idx = models.Index("(files_at) WHERE files_at IS NOT NULL")

    def _plan_files(self, urls):
        """Have files fetched that belong to the case of this row."""
        self.ensure_one()
        if urls:
            urls = urls[:MOST_URLS]
            self.write({"file_urls": urls, "files_at": fields.Datetime.now()})
            self.env.ref("aftersales_portal.cron_fetch_files")._trigger()

    @api.model
    def _cron_fetch_files(self):
        """Fetch files that forms named, of one row after the other."""
        cron = self.env["ir.cron"]
        domain = [("files_at", "<=", fields.Datetime.now())]
        due = self.search(domain, order="files_at")
        cron._commit_progress(remaining=len(due))
        for row in due:
            # Another job may have it, or have fetched them.
            mine = [("id", "in", row.try_lock_for_update().ids)]
            if self.search_count([*domain, *mine]):
                row._fetch_own_files()
            if not cron._commit_progress(1):
                break

    def _fetch_own_files(self):
        """Fetch the files of this row; what fails stops no other row."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self.env["aftersales.portal.service"]._fetch_files(self)
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
            raise  # is tried again as it is
        except Exception as error:
            is_last = self._is_last_try()
            self._end_fetching(
                [] if is_last else self.file_urls, [str(error)] if is_last else []
            )

    def _end_fetching(self, later, errors):
        """Note what became of the files.

        :param later: addresses that are tried again
        :param errors: sentences of those that are not fetched
        """
        known = (self.file_errors or "").splitlines()
        tries = self.file_tries + 1
        self.write(
            {
                "file_urls": later or False,
                "file_tries": tries,
                "files_at": later
                and fields.Datetime.now() + FIRST_DELAY * 2 ** (tries - 1),
                "file_errors": "\n".join([*known, *errors]) or False,
            }
        )

    def _is_last_try(self):
        return self.file_tries + 1 >= MOST_TRIES
