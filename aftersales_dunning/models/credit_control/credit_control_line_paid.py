from odoo import models


class CreditControlLine(models.Model):
    """What was paid since a reminder was made is not asked for again."""

    _inherit = "credit.control.line"

    def _get_lowered(self, open_amounts=None):
        """Say what is open where that is less than the reminder asks for.

        :param open_amounts: result of ``_get_open_amounts`` of their items, if known
        :returns: ``{line: amount}``, 0 where so little is left that nothing is sent
        """
        items = self.sudo().move_line_id  # sudo: the judge looks at everything
        if open_amounts is None:
            open_amounts = items._get_open_amounts()
        result = {}
        for line in self:
            # sudo: as above
            amount = open_amounts.get(line.sudo().move_line_id.id, line.balance_due)
            if line.currency_id.compare_amounts(amount, line.balance_due) < 0:
                result[line] = max(amount, 0.0)
        if not result:
            return result
        # sudo: as above
        by_item = {line: line.sudo().move_line_id.id for line in result}
        left = items._drop_small({by_item[line]: result[line] for line in result})
        return {line: left[by_item[line]] for line in result}

    def _get_still_asked(self):
        """Return the lines of which something is open; a letter shows no others."""
        return self.filtered(
            lambda line: line.currency_id.compare_amounts(line.open_amount, 0) > 0
        )
