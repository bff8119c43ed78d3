from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.aftersales_case.engine.slips import slip_key, slip_patterns

# The numbers by which a customer knows his order.
NUMBERS = ("name", "client_order_ref")


class SaleOrder(models.Model):
    """An order whose number a case names: what an installer's customer has in hand."""

    _name = "sale.order"
    _inherit = ["sale.order", "aftersales.slip.mixin"]

    # Cases look for an order by it, whenever a number is entered.
    client_order_ref = fields.Char(index="trigram")

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._match_waiting_cases()  # those that are taken over as confirmed
        return orders

    def write(self, vals):
        """A number that is known later finds the cases that name it."""
        res = super().write(vals)
        if vals.keys() & set(NUMBERS):
            if "client_order_ref" in vals:
                self.picking_ids._match_waiting_cases()
            self._match_waiting_cases()
        return res

    def _action_confirm(self):
        """Find the cases that wait for an order, once its deliveries are there."""
        res = super()._action_confirm()
        self._match_waiting_cases()
        return res

    # === What cases ask of an order === #

    @api.model
    def _get_named_domain(self, number):
        return Domain.OR(
            Domain(name, "=ilike", pattern)
            for name in NUMBERS
            for pattern in slip_patterns(number)
        )

    @api.model
    def _get_slip_kind_domain(self):
        return Domain("state", "=", "sale")

    @api.model
    def _get_slips_of(self, lines):
        # sudo: only which order it is; the goods of a delivery belong to that
        ordered = lines.sudo().filtered(lambda line: not line.picking_id)
        return ordered.sale_line_id.order_id

    def _get_slip_names(self):
        self.ensure_one()
        return [self[name] for name in NUMBERS]

    def _get_slip_address(self):
        self.ensure_one()
        return self.partner_shipping_id

    def _get_slip_contact(self):
        self.ensure_one()
        is_customer = self.partner_id == self._get_slip_customer()
        return self.partner_shipping_id if is_customer else self.partner_id

    def _get_slip_products(self):
        return self.order_line._filter_slip_goods().product_id

    def _is_named_by(self, number):
        """Say whether a number is one of this order."""
        keys = {slip_key(name) for order in self for name in order._get_slip_names()}
        return slip_key(number) in keys - {None}
