from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .goods import GoodsCommon


class TestDropship(GoodsCommon):
    """The vendor delivers: the slip names him, the order says whose goods they are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls.env["res.partner"].create(
            {"name": "Vaporetta", "is_company": True}
        )
        cls.site = cls.env["res.partner"].create(
            {"name": "Back Door", "parent_id": cls.customer.id, "type": "delivery"}
        )

    def _dropship(self, order, quantity, partner=None, **elsewhere):
        """Let the vendor deliver what an order sells; return the slip.

        :param elsewhere: locations that the goods come from or go to
        """
        line = order.order_line
        order.picking_ids.action_cancel()
        places = {
            "location_id": self.env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        } | elsewhere
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": (partner or self.vendor).id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "product_uom_qty": quantity,
                            "product_uom": line.product_id.uom_id.id,
                            "company_id": self.company.id,
                            "sale_line_id": line.id,
                            **places,
                        }
                    )
                ],
                **places,
            }
        )
        picking.action_confirm()
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking._action_done()
        return picking

    @feature("I2-52", "I2-53", "I2-54")
    def test_customer_of_the_order(self):
        """Customer, contact and address are the order's; its invoice is held."""
        order = self._new_order(
            10, partner=self.contact, partner_shipping_id=self.site.id
        )
        slip = self._dropship(order, 10)
        with Form(self._as(self.agent)["aftersales.case"]) as form:
            form.name = "Three are broken"
            form.type_id = self.type_complaint
            form.slip_number = slip.name
            self.assertEqual(form.picking_id, slip)
            self.assertEqual(form.partner_id, self.customer)
            self.assertEqual(form.contact_id, self.contact)
            self.assertEqual(form.site_id, self.site)
            with form.line_ids.edit(0) as line:
                line.quantity = 3
        self.assertHeld({self._bill(order): 345})

    def test_case_of_the_customer(self):
        """A case that knows its customer takes his drop-shipment, not another's."""
        order = self._new_order(4)
        slip = self._dropship(order, 4)
        case = self._complain(slip)
        self.assertEqual(case.picking_id, slip)
        other = self._complain(slip, contact_id=False, partner_id=self.vendor.id)
        self.assertFalse(other.picking_id)
        self.assertEqual(other.slip_state, "choice")

    def test_customers_reference(self):
        """His reference waits for the drop-shipment."""
        order = self._new_order(4, client_order_ref="PO-9")
        order.picking_ids.action_cancel()
        slip = self._dropship(order, 4)
        case = self._new_case(contact_id=False, slip_number="po-9")
        self.assertEqual(case.picking_id, slip)
        self.assertEqual(case.partner_id, self.customer)

    def test_between_companies(self):
        """A sister company delivers: the goods pass a place that is nobody's own."""
        transit = self.env["stock.location"].create(
            {"name": "Between Companies", "usage": "transit", "company_id": False}
        )
        order = self._new_order(4, partner=self.contact)
        slip = self._dropship(order, 4, location_id=transit.id)
        self.assertEqual(slip._get_slip_customer(), self.customer)
        self.assertEqual(self._complain(slip).picking_id, slip)
        own = transit.copy({"company_id": self.company.id})
        slip = self._dropship(self._new_order(4), 4, location_id=own.id)
        self.assertEqual(slip._get_slip_customer(), self.vendor)

    def test_without_an_order(self):
        """Nothing but its partner tells whose it is then."""
        order = self._new_order(4)
        slip = self._dropship(order, 4, partner=self.polish_customer)
        slip.move_ids.sale_line_id = False
        self.assertFalse(slip.sale_id)
        self.assertEqual(slip._get_slip_customer(), self.polish_customer)
