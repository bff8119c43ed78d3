from odoo import fields, models

from ...const import BOOKED_STATES, CANCELLED, OPEN_VISITS, TO_PLAN
from ...engine.recurrence import days_between


class AftersalesVisitRecurrence(models.Model):
    """What becomes of visits that an agreement asks for no more."""

    _inherit = "aftersales.visit.recurrence"

    surplus_count = fields.Integer(
        "Visits Too Many",
        compute="_compute_surplus_count",
        help="Made and still to come, on days on which the agreement has none now.",
    )

    def _compute_surplus_count(self):
        surplus = self._get_surplus().grouped("recurrence_id")
        for recurrence in self:
            recurrence.surplus_count = len(surplus.get(recurrence, ()))

    def _get_surplus(self):
        """Return the visits to come that are on no day of their agreement.

        After its end, in a pause, or by a rule that was changed.
        """
        visits = self.env["aftersales.visit"].search(
            [
                ("recurrence_id", "in", self.ids),
                ("occurrence_date", ">=", fields.Date.context_today(self)),
                ("state", "in", (TO_PLAN, *BOOKED_STATES)),
            ]
        )
        surplus = visits.browse()
        for recurrence, made in visits.grouped("recurrence_id").items():
            wanted = set(recurrence._get_days(made.mapped("occurrence_date")))
            surplus |= made.filtered(lambda one, w=wanted: one.occurrence_date not in w)
        return surplus

    def _get_days(self, days):
        """Return the days of the rule between the first and the last of some days."""
        if not self.active or not self.rule:
            return []
        return days_between(self.rule, self._get_terms(), min(days), max(days))

    def action_cancel_surplus(self):
        """Call off the visits that the agreement asks for no more, with their cases.

        A case that still has another visit stays.

        :raises UserError: for a case that may not be cancelled
        """
        self.check_access("write")
        visits = self._get_surplus()
        visits.check_access("write")
        visits._enter(CANCELLED, self.env._("No longer agreed"), locked=False)
        cases = visits.case_id.filtered("is_open")
        busy = cases.visit_ids.filtered(lambda one: one.state in OPEN_VISITS).case_id
        (cases - busy).action_cancel()
        return True
