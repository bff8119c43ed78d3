from datetime import timedelta

from odoo import api, fields, models

# A website that does not answer is asked again after so long, then after twice as long.
FIRST_DELAY = timedelta(minutes=5)
MOST_TRIES = 6


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
                self.env["aftersales.portal.service"]._fetch_files(row)
            if not cron._commit_progress(1):
                break

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
