from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import OPEN_CLOCKS

# Cases of which the clocks are replayed at once: hours are looked up for each batch.
BATCH = 1000


class AftersalesCase(models.Model):
    """The job that looks after clocks: what is due, what is to be told, what was marked."""

    _inherit = "aftersales.case"

    @api.model
    def _cron_clocks(self):
        """Replay the cases of which a clock is due, or stands on what changed since.

        Between the two it sends the alerts of what was reached.
        """
        now, cls = fields.Datetime.now(), type(self)
        due = Domain("next_at", "<=", now)
        if not self._run_for_clocks(due, cls._replay_due):
            return
        if self.env["aftersales.sla.alert"]._send_waiting():
            marked = Domain("is_marked", "=", True)
            self._run_for_clocks(marked, cls._replay_marked, task="marked")

    @api.model
    def _run_for_clocks(self, domain, work, task=""):
        """Do a job's work on the cases of clocks; where there are none, one query tells.

        :returns: whether all was done before the time was up
        """
        if not self.env["aftersales.sla.clock"].search_count(domain, limit=1):
            return True
        cases = Domain("clock_ids", "any!", domain)
        return self._run_in_batches(cases, work, batch=BATCH, task=task)

    def _replay_marked(self):
        """Replay the clocks of these cases that were marked, which unmarks them.

        Where none was marked for its policy, that holds which the log says: it counts by
        other hours now, or otherwise.
        """
        unmatched = self.env["aftersales.sla.clock"]._get_unmatched(self)
        unmatched._replay_clocks()
        (self - unmatched)._replay_clocks(is_matched=True)


class AftersalesSlaClock(models.Model):
    _inherit = "aftersales.sla.clock"

    is_marked = fields.Boolean(readonly=True)
    is_unmatched = fields.Boolean(
        readonly=True, help="Of a marked one: another policy may hold by now."
    )

    # In the words of a search for it: others would not find the index.
    _marked_idx = models.Index("(case_id) WHERE is_marked IS TRUE")

    @api.model
    def _mark(self, condition, is_unmatched=False):
        """Have the open clocks of a condition replayed by the job, by one statement.

        Met and missed ones stay as they are, until somebody repairs them.

        :param condition: ``SQL`` about the clocks, as ``c``
        :param is_unmatched: whether another policy, or law, may hold by now
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE aftersales_sla_clock c SET is_marked = TRUE,"
                " is_unmatched = %s OR COALESCE(c.is_unmatched, FALSE)"
                " WHERE c.state IN %s AND %s",
                is_unmatched,
                OPEN_CLOCKS,
                condition,
            )
        )
        self.invalidate_model(["is_marked", "is_unmatched"], flush=False)
        self.env.ref("aftersales_sla.cron_clocks")._trigger()

    @api.model
    def _get_unmatched(self, cases):
        """Return those of these cases of which a clock was marked for its policy."""
        domain = [
            ("case_id", "in", cases.ids),
            ("is_marked", "=", True),
            ("is_unmatched", "=", True),
        ]
        return cases.browse(
            case.id for (case,) in self._read_group(domain, ["case_id"])
        )
