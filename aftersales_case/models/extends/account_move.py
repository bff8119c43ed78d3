from odoo import models

from ...engine.worths import dispute, get_worths


class AccountMove(models.Model):
    """What the lines of an invoice are worth, and what of them is disputed."""

    _inherit = "account.move"

    def _get_tax_discount(self):
        """Return which part of its taxes an early payment discount takes off for good.

        Terms may say so: the total is then less than that of the lines, paid early or not.
        """
        self.ensure_one()
        if any(line.display_type == "epd" for line in self.line_ids):
            return self.invoice_payment_term_id.discount_percentage / 100
        return 0.0

    def _get_valued_lines(self):
        """Return the ``Line`` list of a document."""
        self.ensure_one()
        tax_off = self._get_tax_discount()
        return [
            line._get_valued_line(tax_off)
            for line in self.invoice_line_ids
            if line.display_type == "product"
        ]

    def _get_worths(self):
        """Return ``{line id: what it is worth, with tax}`` and what rounding adds.

        A discount of the whole order is spread over its lines.
        """
        self.ensure_one()
        return get_worths(
            self._get_valued_lines(), self.amount_total, self.currency_id.round
        )

    def _get_worths_left(self):
        """Hook: return ``{line id: what may be disputed of it}``, as ``_get_worths``.

        Called when a customer says what is wrong. Who knows credit notes takes off what
        they are surely for.
        """
        return self._get_worths()[0]

    def _get_disputed(self, due):
        """Return ``{invoice line: amount with tax}`` of what is disputed of lines.

        What was credited already is disputed no more.

        :param due: ``{invoice line: share of it that nobody disputes, from 0 to 1}``
        """
        self.ensure_one()
        worths, rest = self._get_worths()
        shares = {line.id: share for line, share in due.items()}
        amounts = dispute(worths, rest, shares, self.currency_id.round)
        left = self._get_worths_left()
        for key, amount in amounts.items():
            if left.get(key, 0) < worths.get(key, 0):
                amounts[key] = min(amount, left.get(key, 0))
        return {line: amounts[line.id] for line in due}

    def _get_disputed_quantities(self, quantities):
        """Return ``{invoice line: amount with tax}`` of disputed quantities of lines.

        :param quantities: ``{invoice line: quantity}``, in the unit of the line
        """
        return self._get_disputed(
            {
                line: max(1 - quantity / line.quantity, 0.0) if line.quantity else 0.0
                for line, quantity in quantities.items()
            }
        )

    def _get_disputed_prices(self, prices):
        """Return ``{invoice line: amount with tax}`` of what lines cost too much.

        :param prices: ``{invoice line: agreed price of one}``, after discount, and with
            tax where that of the line is
        """
        return self._get_disputed(
            {line: line._get_due_share(price) for line, price in prices.items()}
        )
