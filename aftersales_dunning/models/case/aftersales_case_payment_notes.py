from odoo import api, models
from odoo.fields import Domain

from odoo.addons.aftersales_case.const import OPEN_STATES

from ...const import HOLD_ACTIVE, RUNNING_STATES


class AftersalesCase(models.Model):
    """What the customer of a case is told of paying the invoices that it is about."""

    _inherit = "aftersales.case"

    @api.model
    def _find_open_about(self, lines):
        """Find the cases whose goods these lines bill, whoever reported them."""
        found = super()._find_open_about(lines)
        # sudo: see the hook
        shares = self.env["aftersales.dunning.share"].sudo()
        for share in shares.search(
            Domain("invoice_line_id", "in", lines.ids)
            & Domain("case_id.state", "in", OPEN_STATES)
        ):
            line = share.invoice_line_id
            found[line] = found.get(line, self.browse()) | share.case_id
        return found

    def _get_payment_notes(self):
        """Tell what is held, and what he asked for and nobody has decided yet."""
        notes = super()._get_payment_notes()
        customer = self.partner_id.commercial_partner_id
        # sudo: of the customer's own invoices, and for him
        holds = self.sudo().hold_ids.filtered(
            lambda hold: (
                hold.state in RUNNING_STATES
                and hold.move_id.commercial_partner_id == customer
                and (hold.state == HOLD_ACTIVE or hold.asked_by_customer)
            )
        )
        if self.confidential:
            return notes
        return [*notes, *map(self._get_payment_note, holds.sorted("id"))]

    def _get_payment_note(self, hold):
        move = hold.move_id
        values = {
            "amount": move.currency_id.format(hold._get_claimed_amount()),
            "invoice": move.name,
        }
        if hold.state == HOLD_ACTIVE:
            return self.env._(
                "We do not ask for %(amount)s of invoice %(invoice)s until this is"
                " settled.",
                **values,
            )
        return self.env._(
            "You do not agree with %(amount)s of invoice %(invoice)s. We are deciding"
            " whether it can wait; until then the invoice stays due.",
            **values,
        )
