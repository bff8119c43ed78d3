from odoo import models

# Channels by which a communication is sent; a phone call is a list to work off.
WRITTEN = ("email", "letter")


class CreditControlLine(models.Model):
    """All that a customer is reminded of at once goes out together."""

    _inherit = "credit.control.line"

    def _join_channels(self):
        """Let each customer's reminders go out by the channel of the highest of them."""
        wrong = {channel: self.browse() for channel in WRITTEN}
        written = self.filtered(lambda line: line.channel in WRITTEN)
        for own in written.grouped(lambda line: line._get_addressee()).values():
            highest = own.policy_level_id._get_highest()
            channel = own.filtered(
                lambda line, one=highest: line.policy_level_id == one
            )[:1].channel
            wrong[channel] |= own.filtered(
                lambda line, channel=channel: line.channel != channel
            )
        for channel, lines in wrong.items():
            lines.channel = channel

    def _get_invoiced(self):
        """Return what was invoiced with these: once, where an item has several rows."""
        return sum({line.move_line_id: line.amount_due for line in self}.values())

    def _get_addressee(self):
        """Return what the lines of one communication share."""
        self.ensure_one()
        return self.partner_id, self.company_id, self.currency_id
