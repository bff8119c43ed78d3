from datetime import datetime

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import OPEN_CLOCKS, PARTY_CUSTOMER
from ...engine.cycles import PROMISE, RESOLVED


class AftersalesCase(models.Model):
    """The clocks among what is due next: found, sorted and told like the deadline."""

    _inherit = "aftersales.case"

    def _get_next_due(self):
        dues = super()._get_next_due()
        # sudo: what is due for cases that may be read
        moments = {
            case: case.sudo().open_clock_ids.mapped("due_at") for case in self
        }
        return {
            case: min(filter(None, (due, *moments[case])), default=False)
            for case, due in dues.items()
        }

    @api.model
    def _get_due_domain(self, moment):
        clocks = Domain("ended_at", "=", False) & (
            Domain("due_at", "!=", False)
            if moment == datetime.max
            else Domain("due_at", "<", moment)
        )
        return super()._get_due_domain(moment) | Domain("clock_ids", "any!", clocks)

    @api.model
    def _get_due_sql(self, alias, query):
        self._flush_clocks()
        nearest = SQL(
            "(SELECT min(k.due_at) FROM aftersales_sla_clock k"
            " WHERE k.case_id = %s AND k.ended_at IS NULL)",
            SQL.identifier(alias, "id"),
        )
        return [*super()._get_due_sql(alias, query), nearest]

    def _get_promised_at(self):
        promised = super()._get_promised_at()
        domain = [
            ("case_id", "in", self._origin.ids),
            ("state", "in", OPEN_CLOCKS),
            ("due_at", "!=", False),
            ("target_id.party", "=", PARTY_CUSTOMER),
            ("target_id.metric", "in", (RESOLVED, PROMISE)),
            # What the law asks of us is nothing that we have told him.
            ("target_id.legal_term_id", "=", False),
        ]
        # sudo: as above
        clocks = self.env["aftersales.sla.clock"].sudo()
        rows = clocks._read_group(domain, ["case_id"], ["due_at:min"])
        return self._take_nearer(promised, rows)

    @api.model
    def _take_nearer(self, dues, rows):
        """Return ``{case: datetime or False}``, with what is due by rows of clocks."""
        # In a form that is being edited the cases are not yet those of the database.
        nearest = {case.id: moment for case, moment in rows}
        return {
            case: min(filter(None, (due, nearest.get(case._origin.id))), default=False)
            for case, due in dues.items()
        }
