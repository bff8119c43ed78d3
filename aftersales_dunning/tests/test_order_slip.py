import importlib.util
from pathlib import Path

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .goods import GoodsCommon

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class TestOrderSlip(GoodsCommon):
    """The number of an order as the slip of a case: goods, services, and their invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.work = cls._new_product(
            "Installation", type="service", is_storable=False, invoice_policy="order"
        )
        cls.journey = cls._new_product(
            "Journey", price=50, type="service", is_storable=False
        )
        cls.seller = cls.agent2
        cls.seller.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")
        cls.site = cls.env["res.partner"].create(
            {"name": "Back Door", "parent_id": cls.customer.id, "type": "delivery"}
        )

    def _order_work(self, *quantities, **vals):
        products = [self.work, self.journey][: len(quantities)]
        return self._new_order(*quantities, products=products, **vals)

    def _case_of(self, number, **vals):
        return self._new_case(**{"contact_id": False, "slip_number": number} | vals)

    def _goods_of(self, case):
        return [(line.product_id, line.quantity) for line in case.line_ids]

    # === Entering === #

    @feature("I2-52", "I2-53")
    def test_number_fills_the_form(self):
        """An installer's order gives customer, contact, address and its work."""
        order = self._order_work(
            8, 2, partner=self.contact, partner_shipping_id=self.site.id
        )
        with Form(self._as(self.agent)["aftersales.case"]) as form:
            form.name = "The pump leaks"
            form.type_id = self.type_complaint
            form.slip_number = f" {order.name.lower()} "
            self.assertEqual(form.sale_order_id, order)
            self.assertFalse(form.picking_id)
            self.assertEqual(form.partner_id, self.customer)
            self.assertEqual(form.contact_id, self.contact)
            self.assertEqual(form.site_id, self.site)
            self.assertEqual(form.product_ids[:], self.work | self.journey)
            self.assertEqual(len(form.line_ids), 2)
            with form.line_ids.edit(0) as line:
                line.quantity = 3
            with form.line_ids.edit(1) as line:
                line.concerned = False
        case = form.record
        self.assertEqual(self._goods_of(case), [(self.work, 3), (self.journey, 2)])
        self.assertEqual(case.line_ids.sale_line_id, order.order_line)
        self.assertEqual(case.line_ids.mapped("delivered"), [8, 2])
        self.assertEqual(case.invoice_state, "waiting")
        invoice = self._bill(order)
        self.assertShares(case, {invoice: 3})
        self.assertHeld({invoice: 345})
        self._assert_shown(case, {invoice: (3, 345)})

    def test_customers_reference(self):
        """The customer's own number names the order as well."""
        order = self._order_work(5, client_order_ref="PO 77-B")
        case = self._case_of("po77-b")
        self.assertFalse(case.sale_order_id, "spaces are typed, or all left out")
        case.slip_number = "po 77-b"
        self.assertEqual(case.sale_order_id, order)
        self.assertEqual(case.partner_id, self.customer)

    def test_unknown_number_waits_for_the_order(self):
        """A quotation is no order yet; when it is confirmed it finds the case."""
        order = self._order_work(5)
        quotation = order.copy()
        case = self._case_of(quotation.name)
        self.assertEqual(case.slip_state, "unknown")
        quotation.action_confirm()
        self.assertEqual(case.sale_order_id, quotation)
        self.assertEqual(self._goods_of(case), [(self.work, 5)])
        self.assertHeld({self._bill(quotation): 575})

    def test_reference_given_later(self):
        """The customer tells his number when the work is done."""
        order = self._order_work(5)
        case = self._case_of("PO-4711")
        self.assertEqual(case.slip_state, "unknown")
        order.client_order_ref = "PO-4711"
        self.assertEqual(case.sale_order_id, order)

    @feature("I2-52")
    def test_deliveries_first(self):
        """The order's number finds its delivery, and the work that goes with it."""
        order = self._new_order(10, 4, products=[self.machine, self.work])
        slip = self._deliver(order)
        case = self._case_of(order.name)
        self.assertEqual(case.picking_id, slip)
        self.assertFalse(case.sale_order_id)
        self.assertEqual(self._goods_of(case), [(self.machine, 10), (self.work, 4)])
        invoice = self._bill(order)
        self.assertHeld({invoice: 1610})
        by_slip = self._case_of(slip.name)
        self.assertEqual(self._goods_of(by_slip), [(self.machine, 10)])
        with Form(self._as(self.agent)["aftersales.case"]) as form:
            form.name = "Again"
            form.type_id = self.type_complaint
            form.slip_number = order.name
        self.assertEqual(
            self._goods_of(form.record), [(self.machine, 10), (self.work, 4)]
        )
        case.slip_number = slip.name
        self.assertEqual(case.picking_id, slip)

    @feature("I2-52")
    def test_several_are_offered(self):
        """Two deliveries fit the number of their order: they and the order are offered."""
        order = self._new_order(10)
        first, second = self._deliver(order, 4), self._deliver(order)
        case = self._case_of(order.name)
        self.assertEqual(case.slip_state, "choice")
        self.assertEqual(case.slip_candidate_ids, first | second)
        self.assertEqual(case.order_candidate_ids, order)
        order.with_context(aftersales_case_id=case.id).action_use_for_aftersales_case()
        self.assertEqual(case.sale_order_id, order)
        self.assertEqual(self._goods_of(case), [(self.machine, 10)])
        case.line_ids.quantity = 7
        invoice = self._bill(order)
        self.assertShares(case, {invoice: 7})
        case.picking_id = first
        self.assertFalse(case.sale_order_id)
        self.assertEqual(self._goods_of(case), [(self.machine, 4)])
        self.assertHeld({invoice: 460})

    def test_two_orders_of_one_reference(self):
        """They are offered to those who may read orders, and not guessed."""
        orders = self._order_work(5, client_order_ref="PO-1")
        orders |= self._order_work(3, client_order_ref="PO-1")
        case = self._case_of("PO-1")
        self.assertEqual(case.slip_state, "choice")
        self.assertEqual(case.order_candidate_ids, orders)
        for user, offered in ((self.agent, 0), (self.seller, 2)):
            mine = self._as(user, case)
            self.assertEqual(mine.slip_state, "choice")
            self.assertEqual(len(mine.order_candidate_ids), offered)

    def test_others_are_not_taken(self):
        """Orders of other customers are offered, those of other companies unknown."""
        order = self._order_work(5)
        case = self._case_of(order.name, partner_id=self.polish_customer.id)
        self.assertFalse(case.sale_order_id)
        self.assertEqual(case.slip_state, "choice")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": other.id, "name": "X-1"}
        )
        order.order_line = [(0, 0, {"product_id": self.work.id})]
        order.action_confirm()
        self.assertEqual(self._case_of("X-1").slip_state, "unknown")

    def test_number_corrected(self):
        """What a wrong order told goes with it."""
        wrong = self._order_work(5, partner=self.polish_customer)
        case = self._case_of(wrong.name)
        self.assertEqual(case.partner_id, self.polish_customer)
        order = self._new_order(10)
        slip = self._deliver(order)
        with Form(self._as(self.agent, case)) as form:
            form.slip_number = slip.name
            self.assertFalse(form.sale_order_id)
            self.assertEqual(form.partner_id, self.customer)
            self.assertEqual(len(form.line_ids), 1)
        self.assertEqual(case.picking_id, slip)
        self.assertEqual(self._goods_of(case), [(self.machine, 10)])
        case.slip_number = wrong.name
        self.assertEqual(case.sale_order_id, wrong)
        self.assertFalse(case.picking_id)
        self.assertEqual(self._goods_of(case), [(self.work, 5)])

    def test_lines_of_other_orders_are_refused(self):
        """A form sends along what it likes: only lines of the case's order count."""
        case = self._case_of(self._order_work(5).name)
        other = self._order_work(3)
        line = self._as(self.agent, case.line_ids)
        with self.assertRefused(ValidationError, "not ordered by the order"):
            line.sale_line_id = other.order_line
        with self.assertRefused(ValidationError, "only 5"):
            line.quantity = 6
        line.delivered = 50
        self.assertEqual(line.delivered, 5)

    def test_goods_without_a_case_value(self):
        """Down payments, notes, discounts and what was not ordered are no goods."""
        order = self._order_work(5)
        order.order_line = [
            (0, 0, {"display_type": "line_note", "name": "As agreed"}),
            (0, 0, {"product_id": self.journey.id, "price_unit": -20}),
            (0, 0, {"product_id": self.journey.id, "product_uom_qty": 0}),
        ]
        case = self._case_of(order.name)
        self.assertEqual(self._goods_of(case), [(self.work, 5)])

    # === Its invoices === #

    def test_work_on_several_invoices(self):
        """Each invoice of the work is held for its share; a credit note gives it back."""
        order = self._order_work(10)
        case = self._case_of(order.name)
        first = self._bill(order, quantity=4)
        self.assertShares(case, {first: 4})
        self.assertEqual(case.invoice_state, "partly")
        second = self._bill(order)
        self.assertShares(case, {first: 4, second: 6})
        self.assertHeld({first: 460, second: 690})
        self._credit(second, quantity=2)
        self.assertHeld({first: 460, second: 460})

    def test_work_done_beyond_the_order(self):
        """Work that is billed as it was done is held as far as it is disputed."""
        order = self._order_work(5, 2)
        order.order_line[1].qty_delivered = 6
        case = self._case_of(order.name)
        self.assertEqual(self._goods_of(case), [(self.work, 5), (self.journey, 6)])
        invoice = self._bill(order)
        self.assertHeld({invoice: 920})

    def test_billed_before_the_case(self):
        """The invoice is there already, and only two hours are disputed."""
        order = self._order_work(5)
        invoice = self._bill(order)
        case = self._case_of(order.name)
        self.assertHeld({invoice: 575})
        case.line_ids.quantity = 2
        self.assertHeld({invoice: 230})

    def test_unit_of_the_order(self):
        """A day of work on the order, hours on the case."""
        hour, day = (
            self.env.ref(f"uom.product_uom_{name}") for name in ("hour", "day")
        )
        self.work.uom_id = hour
        order = self._order_work(2)
        order.order_line.product_uom_id = day
        order.order_line.price_unit = 800
        case = self._case_of(order.name)
        self.assertEqual(self._goods_of(case), [(self.work, 16)])
        case.line_ids.quantity = 4
        self.assertHeld({self._bill(order): 460})

    # === Billed before the delivery === #

    @feature("I2-52", "I2-54")
    def test_billed_and_not_delivered(self):
        """The customer has a bill and no goods: his order's number holds it."""
        self.machine.invoice_policy = "order"
        order = self._new_order(10)
        invoice = self._bill(order)
        case = self._case_of(order.name)
        self.assertEqual(case.sale_order_id, order)
        self.assertEqual(self._goods_of(case), [(self.machine, 10)])
        self.assertHeld({invoice: 1150})
        case.line_ids.quantity = 6
        self._deliver(order, 4)
        self.assertHeld({invoice: 690})
        self._deliver(order)
        self.assertHeld({invoice: 690})
        self.assertEqual(self._goods_of(case), [(self.machine, 6)])

    def test_billed_in_part_before_the_delivery(self):
        """Goods that came are billed first, those still to come last."""
        self.machine.invoice_policy = "order"
        order = self._new_order(10)
        slip = self._deliver(order, 4)
        first, second = self._bill(order, quantity=4), self._bill(order)
        by_slip = self._case_of(slip.name)
        self.assertShares(by_slip, {first: 4})
        case = self._case_of(order.name)
        self.assertEqual(case.slip_state, "choice")
        case.sale_order_id = order
        self.assertShares(case, {first: 4, second: 6})

    def test_delivery_by_its_own_number(self):
        """Whoever names the delivery waits for its goods, as before."""
        order = self._new_order(10)
        case = self._case_of(order.picking_ids.name)
        self.assertEqual(case.picking_id, order.picking_ids)
        self.assertEqual(case.slip_state, "undone")
        self._deliver(order)
        self.assertEqual(self._goods_of(case), [(self.machine, 10)])

    # === Claims === #

    def test_colleague_without_a_role(self):
        """What a reporter names is taken over, but holds nothing until confirmed."""
        order = self._order_work(5)
        invoice = self._bill(order)
        case = self._new_case(user_id=self.agent.id)
        # sudo: whose case it is does not matter here, who names the order does
        self._as(self.reporter, case).sudo().slip_number = order.name
        self.assertEqual(case.sale_order_id, order)
        self.assertEqual(case.hold_ids.waits_for, "slip")
        self.assertHeld({invoice: 0})
        self._press(self._as(self.agent, case), "action_confirm_slip")
        self.assertHeld({invoice: 575})

    def test_reporter_names_an_order(self):
        """He types it in his form and sees what he reported."""
        order = self._order_work(5)
        with Form(self._as(self.reporter)["aftersales.case"]) as form:
            form.name = "It leaks"
            form.type_id = self.type_complaint
            form.slip_number = order.name
        case = form.record.sudo()
        self.assertEqual(case.sale_order_id, order)
        self.assertEqual(self._goods_of(case), [(self.work, 5)])
        self.assertTrue(case.slip_unconfirmed)

    def test_order_by_its_id(self):
        """Who may not read orders names them by the number that he knows, not by ids."""
        order = self._order_work(5)
        case = self._new_case(user_id=self.agent.id)
        for user in (self.agent, self.reporter):
            with self.assertRefused(AccessError, "enter its number"):
                self._as(user)["aftersales.case"].create(
                    {
                        "name": "It leaks",
                        "type_id": self.type_complaint.id,
                        "sale_order_id": order.id,
                    }
                )
        mine = self._as(self.agent, case)
        with self.assertRefused(AccessError, "enter its number"):
            mine.sale_order_id = order
        mine.slip_number = order.name
        self.assertEqual(case.sale_order_id, order)
        other = self._new_case(user_id=self.seller.id)
        self._as(self.seller, other).sale_order_id = order
        self.assertEqual(other.slip_number, order.name)

    def test_cases_that_waited_before(self):
        """After an update, cases find the orders that were there all the time."""
        order = self._order_work(5)
        case = self._case_of("S-OLD")
        closed = self._case_of("S-OLD", user_id=self.agent.id)
        closed.action_cancel()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET name = 'S-OLD' WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        self._migrate("19.0.1.2.0/post-orders.py")
        self.assertEqual(case.sale_order_id, order)
        self.assertFalse(closed.sale_order_id)

    def _migrate(self, path):
        """Run a script of the folder ``migrations`` as an update does."""
        spec = importlib.util.spec_from_file_location("migration", MIGRATIONS / path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()

    def test_merge_and_split(self):
        """The order goes on with the case that goes on."""
        order = self._order_work(5, 2)
        order.order_line[1].qty_delivered = 2
        case, other = self._case_of(order.name), self._new_case()
        invoice = self._bill(order)
        case._merge_into(other)
        self.assertEqual(other.sale_order_id, order)
        self.assertHeld({invoice: 690})
