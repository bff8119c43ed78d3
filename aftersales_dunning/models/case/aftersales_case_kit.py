from odoo import models

from ...const import SCOPE_AMOUNT


class AftersalesCase(models.Model):
    """Parts of what was ordered, such as of a kit: somebody says what they are worth.

    The moved product is not the ordered one, and no price says how much of it is theirs.
    So the case finds the invoice of what was ordered, and asks.
    """

    _inherit = "aftersales.case"

    def _get_kit_bills(self):
        """Return the posted invoice lines of what this case is about parts of."""
        self.ensure_one()
        parts = self.line_ids.filtered(
            lambda line: line.concerned and line._is_component()
        )
        return parts.move_id.sale_line_id.invoice_lines.filtered(
            lambda bill: (
                bill.parent_state == "posted"
                and bill.move_id.move_type == "out_invoice"
                and bill.quantity > 0
            )
        )

    def _get_unnamed_bills(self):
        """Return those of ``_get_kit_bills`` of which nobody said how much is disputed."""
        self.ensure_one()
        if not self.type_id.hold_reason_id:
            return self.env["account.move.line"]
        told = self.hold_ids.filtered(lambda hold: hold.is_manual or hold.end_reason)
        return self._get_kit_bills().filtered(
            lambda bill: (
                bill.move_id not in told.move_id and bill.move_id.amount_residual > 0
            )
        )

    def _ask_how_much(self):
        """Ask the responsible how much is disputed of parts, once for each invoice."""
        asked = {case: case._get_unnamed_bills().move_id for case in self}
        asked = {case: moves for case, moves in asked.items() if moves}
        if not asked:
            return
        kind = self.env.ref("mail.mail_activity_data_todo")
        known = (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", [case.id for case in asked]),
                    ("activity_type_id", "=", kind.id),
                ]
            )
        )
        for case, moves in asked.items():
            own = known.filtered(lambda activity, c=case: activity.res_id == c.id)
            for move in moves:
                if any(move.name in (activity.summary or "") for activity in own):
                    continue
                case.activity_schedule(
                    activity_type_id=kind.id,
                    summary=self.env._(
                        "Say how much is disputed of %s", move.name or move.display_name
                    ),
                    note=self.env._(
                        "The case is about a part of what was ordered, which has no price"
                        " of its own. Until then the whole invoice is dunned."
                    ),
                    user_id=case.user_id.id,
                )

    def action_say_how_much(self):
        """Ask how much of the invoice of a kit is disputed; at most what it cost.

        :returns: the form of a hold
        """
        self.ensure_one()
        self._ensure_may_hold()
        # sudo: service need not read invoices to hold those of its case
        bills = self.sudo()._get_unnamed_bills()
        move = bills.move_id[:1]
        running = self.hold_ids.filtered(
            # sudo: as above
            lambda hold: not hold.end_reason and hold.sudo().move_id == move
        )
        if running:
            return running[0]._get_records_action()
        own = bills.filtered(lambda bill: bill.move_id == move)
        return self._get_hold_action(
            {
                "default_move_id": move.id,
                "default_scope": SCOPE_AMOUNT,
                "default_amount": sum(own.mapped("price_total")),
            }
        )
