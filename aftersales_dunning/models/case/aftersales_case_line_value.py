from odoo import models


class AftersalesCaseLine(models.Model):
    """What the goods of a case are worth, by the invoices that bill them."""

    _inherit = "aftersales.case.line"

    def _get_values(self):
        """Take what was billed of the goods; what nobody billed keeps its list price."""
        values = super()._get_values()
        for line in self.filtered("concerned"):
            billed = sum(line.share_ids.mapped("quantity"))
            if not billed:
                continue
            rest = max(line.quantity - billed, 0) * line._get_price()
            net = sum(_get_net(share) for share in line.share_ids)
            values[line] = line.company_id.currency_id.round(net + rest)
        return values


def _get_net(share):
    """Return what goods were billed for, without tax, as their company counts."""
    line, company = share.invoice_line_id, share.company_id
    whole = line._get_product_quantity()
    amount = line.price_subtotal * share.quantity / whole if whole else 0.0
    day = line.move_id.invoice_date or line.move_id.date
    return line.currency_id._convert(
        amount, company.currency_id, company, day, round=False
    )
