from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import OPEN_CLOCKS


class AftersalesCase(models.Model):
    """The job that looks after clocks: what is due now, then what was marked."""

    _inherit = "aftersales.case"

    @api.model
    def _cron_clocks(self):
        """Replay the cases of which a clock is due, or stands on what changed since."""
        now = fields.Datetime.now()
        replay = type(self)._replay_clocks
        due = Domain("clock_ids", "any!", [("next_at", "<=", now)])
        if self._run_in_batches(due, replay):
            marked = Domain("clock_ids", "any!", [("is_marked", "=", True)])
            self._run_in_batches(marked, replay, task="marked")


class AftersalesSlaClock(models.Model):
    _inherit = "aftersales.sla.clock"

    is_marked = fields.Boolean(readonly=True)

    _marked_idx = models.Index("(case_id) WHERE is_marked")

    @api.model
    def _mark(self, condition):
        """Have the open clocks of a condition replayed by the job, by one statement.

        Met and missed ones stay as they are, until somebody repairs them.

        :param condition: ``SQL`` about the clocks, as ``c``
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE aftersales_sla_clock c SET is_marked = TRUE"
                " WHERE c.state IN %s AND %s",
                OPEN_CLOCKS,
                condition,
            )
        )
        self.invalidate_model(["is_marked"], flush=False)
        self.env.ref("aftersales_sla.cron_clocks")._trigger()
