from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _get_slip_names(self):
        """A customer knows a delivery by the reference of his own order, too."""
        return [*super()._get_slip_names(), self.sale_id.client_order_ref]

    def _get_slip_customer(self):
        order = self._get_dropship_order()
        return order._get_slip_customer() if order else super()._get_slip_customer()

    def _get_slip_address(self):
        order = self._get_dropship_order()
        return order._get_slip_address() if order else super()._get_slip_address()

    def _get_slip_contact(self):
        order = self._get_dropship_order()
        return order._get_slip_contact() if order else super()._get_slip_contact()

    def _get_dropship_order(self):
        """Return the order of a delivery by the vendor himself, or none.

        Its partner is the vendor: whom it went to, the order says.
        """
        self.ensure_one()
        # sudo: an agent need not see sales to learn whose delivery it is
        slip = self.sudo()
        ends = ((slip.location_id, "supplier"), (slip.location_dest_id, "customer"))
        # Between companies goods pass a transit location that is nobody's own.
        is_dropship = all(
            place.usage == usage or (place.usage == "transit" and not place.company_id)
            for place, usage in ends
        )
        return slip.sale_id if is_dropship else slip.sale_id.browse()
