from odoo.fields import Command
from odoo.http import request

from odoo.addons.account_payment.controllers.payment import PaymentPortal


class PaymentDunning(PaymentPortal):
    """What a page asks for is remembered with the payment, invoice by invoice."""

    def _create_transaction(self, *args, custom_create_values=None, **kwargs):
        """Keep what each invoice is asked for.

        :raises ValidationError: when the page posted another amount
        """
        values = dict(custom_create_values or {})
        for command in values.get("invoice_ids", ()):
            if command[0] == Command.SET:
                # sudo: the routes have checked who may pay which invoices
                moves = request.env["account.move"].sudo().browse(command[2])
                asked = moves._get_asked_amounts(kwargs.get("amount"))
                values["asked_amounts"] = asked or False
        return super()._create_transaction(
            *args, custom_create_values=values or custom_create_values, **kwargs
        )
