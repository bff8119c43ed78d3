from datetime import timedelta

from odoo import fields, models

from odoo.addons.aftersales_case.const import MOST_DAYS, MOST_HOURS, ORIGIN_SUPPLIER

from ...const import RESERVE_UNITS
from ...engine.terms import DAYS, HOURS, Term

# Working time before a promise is looked for so long before it, and longer for more.
LOOK_BACK = timedelta(days=30)


class AftersalesCaseType(models.Model):
    """How much of our promise is ours once the supplier is done."""

    _inherit = "aftersales.case.type"

    chain_reserve = fields.Float(
        "Reserve After the Supplier",
        default=8,
        help="A subcase at the supplier is due so long before what we promised.",
    )
    chain_unit = fields.Selection(
        RESERVE_UNITS, "Reserve Counted In", required=True, default=HOURS
    )

    def _get_bounds(self, vals):
        unit = vals.get("chain_unit") or self[:1].chain_unit
        most = MOST_DAYS if unit == DAYS else MOST_HOURS
        return super()._get_bounds(vals) | {"chain_reserve": (0, most)}

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"chain_reserve", "chain_unit"}:
            # sudo: chains of all companies
            cases = self.env["aftersales.case"].sudo()
            cases.search(
                [
                    ("type_id", "in", self.ids),
                    ("is_open", "=", True),
                    ("child_ids.origin", "=", ORIGIN_SUPPLIER),
                ]
            )._note_due_change()
        return result

    def _get_chain_term(self):
        """Return the reserve as a ``Term`` before what was promised."""
        self.ensure_one()
        return Term(-self.chain_reserve, self.chain_unit)

    def _get_chain_start(self, promised):
        """Return from when on working time is looked for before a promised moment."""
        self.ensure_one()
        # A day of two working hours is the shortest that is looked for.
        days = self.chain_reserve * (0.5 if self.chain_unit == HOURS else 2)
        return promised - LOOK_BACK - timedelta(days=days)
