from odoo import models


class AftersalesCase(models.Model):
    """What the goods are worth that a case is about."""

    _inherit = "aftersales.case"

    def _get_goods_value(self):
        """Return ``{case: value of its goods}``, without tax, in its company's currency.

        Called by whoever counts money by the goods of a case.
        """
        values = self.line_ids._get_values()
        return {
            case: case.company_id.currency_id.round(
                sum(values[line] for line in case.line_ids)
            )
            for case in self
        }


class AftersalesCaseLine(models.Model):
    _inherit = "aftersales.case.line"

    def _get_values(self):
        """Hook: return ``{line: value}``, without tax, in the currency of its company.

        The core: quantity by list price. Odoo keeps no former list prices, so it is the
        price of the day on which somebody asks. What is not concerned is worth nothing.
        """
        return {
            line: line.company_id.currency_id.round(line.quantity * line._get_price())
            for line in self
        }

    def _get_price(self):
        """Return the list price of one of these goods, 0 where they are not concerned."""
        self.ensure_one()
        if not self.concerned:
            return 0.0
        return self.product_id.with_company(self.company_id).lst_price
