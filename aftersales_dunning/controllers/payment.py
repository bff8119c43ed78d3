from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.http import request, route

from odoo.addons.account_payment.controllers.payment import PaymentPortal


class PaymentDunning(PaymentPortal):
    """What a page asks for is remembered with the payment, invoice by invoice."""

    @route()
    def overdue_invoices_transaction(self, payment_reference, **kwargs):
        """Say so where nothing is overdue any more.

        :raises ValidationError: when the page was loaded before
        """
        Move = request.env["account.move"]
        if not request.env.user._is_public() and not Move.search_count(
            self._get_overdue_invoices_domain(), limit=1
        ):
            raise ValidationError(Move._get_changed_message())
        return super().overdue_invoices_transaction(payment_reference, **kwargs)

    def _create_transaction(self, *args, custom_create_values=None, **kwargs):
        """Keep what each invoice is asked for.

        :raises ValidationError: when the page posted another amount, or a means of
            payment that it did not offer
        """
        values = dict(custom_create_values or {})
        for command in values.get("invoice_ids", ()):
            if command[0] == Command.SET:
                # sudo: the routes have checked who may pay which invoices
                moves = request.env["account.move"].sudo().browse(command[2])
                asked = moves._get_asked_amounts(kwargs.get("amount"))
                values["asked_amounts"] = asked or False
                self._ensure_offered(moves, **kwargs)
        return super()._create_transaction(
            *args, custom_create_values=values or custom_create_values, **kwargs
        )

    def _ensure_offered(
        self,
        moves,
        amount=None,
        partner_id=None,
        provider_id=None,
        token_id=None,
        flow=None,
        is_validation=False,
        **_kwargs,
    ):
        """Guard: invoices are paid by what their page offers.

        Money that a provider of another company takes is booked nowhere; one that is not
        published, or only tried out, takes none.

        :raises ValidationError: for another means of payment
        """
        # sudo: as the page does, which shows what it finds
        Provider = request.env["payment.provider"].sudo()
        offered = all(
            provider_id
            in Provider._get_compatible_providers(
                company.id, partner_id, amount, currency_id=moves.currency_id.id
            ).ids
            for company in moves.company_id
        )
        if flow == "token":
            # sudo: only whose card it is
            token = request.env["payment.token"].sudo().browse(token_id)
            offered = offered and token.provider_id.id == provider_id
        if is_validation or not offered:
            raise ValidationError(
                request.env._(
                    "Choose one of the means of payment that the page offers. Load the"
                    " page again to see them."
                )
            )
