from odoo import models

from ...engine.worths import Line


class AccountMoveLine(models.Model):
    """What a line of an invoice is worth."""

    _inherit = "account.move.line"

    def _get_valued_line(self, tax_off):
        """Hook: return the ``Line`` that an invoice line is.

        Called for each line of a document that is to be valued. Addons that know more of
        units, and of what is no part of the goods, say so.

        :param tax_off: part of its taxes that is taken off for good
        """
        self.ensure_one()
        tax = self.price_total - self.price_subtotal
        is_return = self.quantity < 0 and self.product_id.type == "consu"
        return Line(
            self.id,
            self.currency_id.round(self.price_total - tax * tax_off),
            self.quantity,
            tuple(sorted(self.tax_ids.ids)),
            is_return and self.price_total < 0,
        )

    def _get_discounted_price(self):
        """Return the price of one after discount, with tax or without as the line has it."""
        self.ensure_one()
        return self.price_unit * (1 - (self.discount or 0) / 100)

    def _get_due_share(self, price):
        """Return which share of the line is due when a lower price was agreed.

        Taxes that do not follow the price stay.

        :param price: of one, after discount, in the terms of the line
        """
        self.ensure_one()
        agreed, billed = (
            self.tax_ids.compute_all(
                one,
                currency=self.currency_id,
                quantity=self.quantity,
                product=self.product_id,
                partner=self.partner_id,
            )["total_included"]
            for one in (price, self._get_discounted_price())
        )
        return min(max(agreed / billed, 0.0), 1.0) if billed > 0 else 1.0
