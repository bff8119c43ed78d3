from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain

from ...const import RUNNING_STATES
from ...engine.allocation import EPSILON


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.depends("move_id.is_fully_held")
    def _compute_no_followup(self):
        """Keep the published hold, whatever lets Odoo compute its flag anew."""
        res = super()._compute_no_followup()
        self.filtered("move_id.is_fully_held").no_followup = True
        return res

    # === Credit notes that are matched === #

    def _reconcile_plan(self, reconciliation_plan):
        """A credit note that is matched is held no more, and may end a hold.

        Not while it is being matched: the end of a hold may move due dates, and Odoo
        would make the open items anew.
        """
        res = super()._reconcile_plan(reconciliation_plan)
        self._flatten_plan(reconciliation_plan)._follow_matched_credits()
        return res

    @api.model
    def _flatten_plan(self, plan):
        """Return the lines of a plan of plans."""
        if isinstance(plan, models.BaseModel):
            return plan
        return self.union(*(self._flatten_plan(part) for part in plan))

    def _follow_matched_credits(self):
        """Let the holds follow on what these credit notes are matched with, or were."""
        # sudo: whoever reconciles need not work on cases
        notes = self.sudo().move_id.filtered(
            lambda move: move.move_type == "out_refund"
        )
        if notes:
            running = Domain("state", "in", RUNNING_STATES)
            self._get_reconciled_holds(running)._follow_credits()

    def _get_reconciled_holds(self, domain):
        """Return the holds of a domain on the invoices that are reconciled here.

        And those that wait until somebody matches a credit note of their goods, with
        whatever, and whoever owes the invoice by now.
        """
        # sudo: whoever reconciles need not work on cases
        moves = self.sudo().move_id
        holds = moves.hold_ids.filtered_domain(domain)
        notes = moves.filtered(lambda move: move.move_type == "out_refund")
        sale_lines = notes.invoice_line_ids.sale_line_ids
        credited = notes.reversed_entry_id | sale_lines.invoice_lines.move_id
        return holds | credited.hold_ids.filtered("pending_amount")

    # === Goods of cases === #

    def _get_valued_line(self, tax_off):
        """Count in the product's own unit; a down payment is no goods."""
        line = super()._get_valued_line(tax_off)
        return replace(
            line,
            quantity=self._get_product_quantity(),
            is_apart=line.is_apart or self.is_downpayment,
        )

    def _get_product_quantity(self):
        """Return what this line bills, in the product's own unit."""
        self.ensure_one()
        if not self.product_id:
            return self.quantity
        return self.product_uom_id._compute_quantity(
            self.quantity, self.product_id.uom_id, round=False
        )

    def _get_billed_moves(self, quantity):
        """Say which deliveries this line bills, up to a quantity, in its own order.

        :param quantity: in the product's own unit
        :returns: ``[(stock move, quantity)]``; an empty move stands for what the line
            bills and no delivery of it is known
        """
        self.ensure_one()
        Move = self.env["stock.move"]
        result = []
        for allocation in self.sale_line_ids._get_allocations().values():
            for (move_id, bill_id), billed in allocation.shares.items():
                part = min(billed, quantity) if bill_id == self.id else 0
                if part > EPSILON and move_id > 0:  # else it is what was ordered
                    result.append((Move.browse(move_id), part))
                    quantity -= part
        return [*result, (Move, quantity)] if quantity > EPSILON else result
