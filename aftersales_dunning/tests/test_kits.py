from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .goods import GoodsCommon


class TestKits(GoodsCommon):
    """What is delivered is not what was ordered: the case asks what it is worth."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kit = cls._new_product("Coffee Corner", invoice_policy="order")

    def _deliver_parts(self, order, *parts):
        """Deliver (product, quantity) for the order's first line, as a kit does."""
        order.picking_ids.action_cancel()
        places = {
            "location_id": self.stock.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }
        for product, quantity in parts:
            self.env["stock.quant"]._update_available_quantity(
                product, self.stock, quantity
            )
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.customer.id,
                "origin": order.name,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "product_uom": product.uom_id.id,
                            "company_id": self.company.id,
                            "sale_line_id": order.order_line[0].id,
                            **places,
                        }
                    )
                    for product, quantity in parts
                ],
                **places,
            }
        )
        picking.action_confirm()
        for move in picking.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        picking._action_done()
        return picking

    def _asked(self, case):
        return case.activity_ids.filtered(
            lambda activity: "how much is disputed" in activity.summary
        )

    @feature("I2-54", "P-47")
    def test_asks_how_much(self):
        """A grinder of the kit is broken: the case finds the invoice and takes an amount."""
        order = self._new_order(2, products=[self.kit])
        slip = self._deliver_parts(order, (self.machine, 2), (self.grinder, 4))
        case = self._complain(slip, [0, 1], user_id=self.agent.id)
        self.assertEqual(case.invoice_state, "waiting")
        invoice = self._bill(order)
        self.assertEqual(case.invoice_state, "ask")
        self.assertEqual(len(self._asked(case)), 1)
        self.assertIn(invoice.name, self._asked(case).summary)
        self.assertEqual(self._asked(case).user_id, self.agent)
        self.assertHeld({invoice: 0})
        mine = self._as(self.agent, case)
        action = self._press(mine, "action_say_how_much")
        holds = self._as(self.agent)[action["res_model"]]
        form = Form(holds.with_context(**action["context"]), view=action["views"][0][0])
        self.assertEqual(form.move_id, invoice)
        self.assertEqual(form.amount, 230)
        form.amount = 57.5
        form.save()
        self.assertHeld({invoice: 57.5})
        self.env.flush_all()
        self.assertEqual(Form(mine).invoice_state, "found")
        case._sync_goods()
        self.assertHeld({invoice: 57.5})
        self.assertEqual(len(self._asked(case)), 1)

    def test_billed_before_the_case(self):
        """The invoice is there; the case asks at once, and once for each invoice."""
        order = self._new_order(2, products=[self.kit])
        slip = self._deliver_parts(order, (self.machine, 2))
        first = self._bill(order, quantity=1)
        case = self._complain(slip, user_id=self.agent.id)
        self.assertEqual(case.invoice_state, "ask")
        second = self._bill(order)
        self.assertEqual(len(self._asked(case)), 2)
        self._hold(first, "amount", 20, case)
        self.assertEqual(case.invoice_state, "ask")
        self._hold(second, "amount", 20, case)
        self.assertEqual(case.invoice_state, "found")

    def test_kit_among_other_goods(self):
        """The machine is held by itself; of the kit on the same invoice it asks."""
        order = self._new_order(1, 3, products=[self.kit, self.machine])
        loose = order.picking_ids.move_ids.filtered(
            lambda move: move.product_id == self.machine
        ).sale_line_id
        slip = self._deliver_parts(order, (self.grinder, 1), (self.machine, 3))
        slip.move_ids[1].sale_line_id = loose
        case = self._complain(slip, user_id=self.agent.id)
        invoice = self._bill(order)
        self.assertHeld({invoice: 345})
        self.assertEqual(case.invoice_state, "ask")
        action = self._as(self.agent, case).action_say_how_much()
        self.assertEqual(action["res_id"], case.hold_ids.id)
        self._as(self.agent, case.hold_ids).amount = 400
        self.assertEqual(case.invoice_state, "found")

    def test_paid_invoice_is_not_asked_about(self):
        """Nothing of it is dunned, so nobody has to say how much is disputed."""
        order = self._new_order(2, products=[self.kit])
        slip = self._deliver_parts(order, (self.machine, 2))
        first = self._bill(order, quantity=1)
        second = self._bill(order)
        self._pay(first)
        case = self._complain(slip, user_id=self.agent.id)
        self.assertEqual(len(self._asked(case)), 1)
        self.assertIn(second.name, self._asked(case).summary)
        self._pay(second)
        self.assertEqual(case.invoice_state, "found")

    def test_types_that_hold_nothing_ask_nothing(self):
        """A type without a reason of holds finds the invoice, and leaves it."""
        self.type_complaint.hold_reason_id = False
        order = self._new_order(2, products=[self.kit])
        slip = self._deliver_parts(order, (self.machine, 2))
        case = self._complain(slip, user_id=self.agent.id)
        self._bill(order)
        self.assertEqual(case.invoice_state, "found")
        self.assertFalse(self._asked(case))
