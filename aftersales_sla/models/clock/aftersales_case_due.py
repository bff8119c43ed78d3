from datetime import datetime

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import OPEN_CLOCKS, PARTY_CUSTOMER
from ...engine.cycles import PROMISE, RESOLVED


class AftersalesCase(models.Model):
    """The clocks among what is due next: found, sorted and told like the deadline.

    Who may not read clocks is told of those only that were promised to the customer.
    """

    _inherit = "aftersales.case"

    @api.depends_context("uid")
    def _compute_next_due_at(self):
        return super()._compute_next_due_at()

    @api.model
    def _get_due_targets(self):
        """Return the domain of targets of which the caller is told when they are due."""
        if self.env["aftersales.sla.clock"].has_access("read"):
            return Domain.TRUE
        return Domain("party", "=", PARTY_CUSTOMER) & Domain(
            "legal_term_id", "=", False
        )

    def _get_next_due(self):
        dues, told = super()._get_next_due(), self._get_due_targets()
        domain = [("target_id", "any", told)]
        for case, due in dues.items():
            # sudo: what is due for cases that may be read
            clocks = case.sudo().open_clock_ids.filtered_domain(domain)
            moments = filter(None, (due, *clocks.mapped("due_at")))
            dues[case] = min(moments, default=False)
        return dues

    @api.model
    def _get_due_domain(self, moment):
        clocks = Domain("ended_at", "=", False) & (
            Domain("due_at", "!=", False)
            if moment == datetime.max
            else Domain("due_at", "<", moment)
        )
        before, targets = super()._get_due_domain(moment), self._get_due_targets()
        if targets.is_true():
            return before | Domain("clock_ids", "any!", clocks)
        # sudo: clocks of cases that may be read; their field is closed to the caller
        Clock = self.env["aftersales.sla.clock"].sudo()
        found = Clock._search(clocks & Domain("target_id", "any", targets))
        return before | Domain("id", "in", found.subselect("case_id"))

    @api.model
    def _get_due_sql(self, alias, query):
        self._flush_clocks()
        targets, told = self._get_due_targets(), SQL()
        if not targets.is_true():
            # sudo: which they are, whoever sorts
            Target = self.env["aftersales.sla.target"].sudo()
            found = Target.with_context(active_test=False)._search(targets)
            told = SQL("AND k.target_id IN %s", found.subselect())
        nearest = SQL(
            "(SELECT min(k.due_at) FROM aftersales_sla_clock k"
            " WHERE k.case_id = %s AND k.ended_at IS NULL %s)",
            SQL.identifier(alias, "id"),
            told,
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
