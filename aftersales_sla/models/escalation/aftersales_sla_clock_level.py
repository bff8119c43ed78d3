from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.clock import PAUSED


class AftersalesSlaClock(models.Model):
    """When clocks are looked at for the sake of their levels."""

    _inherit = "aftersales.sla.clock"

    @api.model
    def _wake(self, targets):
        """Have the job look soon at what counts for targets, be it missed already.

        It replays them, which says when they are to be looked at next.
        """
        if not targets:
            return
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE aftersales_sla_clock SET next_at = %s"
                " WHERE target_id = ANY(%s) AND ended_at IS NULL AND state != %s"
                " AND error IS NULL",
                fields.Datetime.now(),
                targets.ids,
                PAUSED,
            )
        )
        self.invalidate_model(["next_at"], flush=False)

    @api.model
    def _set_next(self, rows):
        """Store when rows of clocks are to be looked at again."""
        if not rows:
            return
        names = ("case_id", "target_id", "cycle", "next_at")
        columns = [[row[name] for row in rows] for name in names]
        self.env.cr.execute(
            SQL(
                "UPDATE aftersales_sla_clock c SET next_at = v.next_at"
                " FROM unnest(%s::int[], %s::int[], %s::int[], %s::timestamp[])"
                " AS v(case_id, target_id, cycle, next_at)"
                " WHERE c.case_id = v.case_id AND c.target_id = v.target_id"
                " AND c.cycle = v.cycle",
                *columns,
            )
        )
        self.invalidate_model(["next_at"], flush=False)
