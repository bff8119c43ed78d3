from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import START_POLICY
from ...engine.terms import WORKING_UNITS, Term

# What is said on the term.
OF_TERM = {
    "is_rolled",
    "legal_term_id",
    "metric",
    "party",
    "pause_customer",
    "pause_parts",
    "pause_supplier",
    "policy_id",
    "quantity",
    "reopening",
    "start",
    "unit",
}


class AftersalesSlaTarget(models.Model):
    """The target of a legal term: it never stands still, and ends with the solution."""

    _inherit = "aftersales.sla.target"

    legal_term_id = fields.Many2one(
        "aftersales.legal.term", readonly=True, copy=False, ondelete="cascade"
    )

    _legal_term_uniq = models.UniqueIndex(
        "(legal_term_id) WHERE legal_term_id IS NOT NULL",
        "A legal term has one target.",
    )

    @api.depends("legal_term_id.name", "legal_term_id.quantity")
    def _compute_sentence(self):
        return super()._compute_sentence()

    # === Kept by the term === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._ensure_of_term(vals.get("legal_term_id"))
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & OF_TERM:
            self._ensure_of_term(self.legal_term_id or vals.get("legal_term_id"))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_term(self):
        self._ensure_of_term(self.legal_term_id)

    @api.model
    def _ensure_of_term(self, term):
        """Guard: what a legal term says is changed there, by whoever may."""
        if term and not self.env.su:
            raise UserError(
                self.env._(
                    "This target is of a legal term. Change it under Legal Terms."
                )
            )

    # === Counting === #

    def _prepare_aim(self, order=None):
        aim, term = super()._prepare_aim(order), self.legal_term_id
        if not term:
            return aim
        number = term._get_quantity() or self.quantity
        within = Term(number, self.unit, self.is_rolled)
        return replace(aim, term=within, is_legal=True, pauses=frozenset())

    def _get_calendar(self, case):
        if not self.legal_term_id:
            return super()._get_calendar(case)
        # Whose days and nights count; by flexible hours nothing can be counted.
        calendar = case.company_id.resource_calendar_id
        asks_for_work = self.is_rolled or self.unit in WORKING_UNITS
        if calendar.flexible_hours and not asks_for_work:
            return calendar.browse()
        return calendar

    # === In words === #

    def _get_what(self):
        remedy = self.legal_term_id.remedy_id
        return self.env._("By law: %s", remedy.name) if remedy else super()._get_what()

    def _get_promise(self):
        term = self.legal_term_id
        if not term:
            return super()._get_promise()
        if term.quantity:
            within = self._get_since(self._get_within())
        else:
            within = self.env._("within the time that the company has set")
        return self.env._("%(term)s: %(within)s", term=term.name, within=within)

    def _get_since(self, within):
        if self.legal_term_id and self.start == START_POLICY:
            return self.env._("%s from when the remedy was noted", within)
        return super()._get_since(within)

    def _get_reopened(self):
        return None if self.legal_term_id else super()._get_reopened()
