from email.utils import make_msgid

from odoo.addons.aftersales_case.tests.common import feature

from .goods import GoodsCommon

STRANGER = "Fleur Vos <fleur@vos.example>"
MAIL = """\
From: {sender}
To: claims@aftersales.example
Subject: Not complete
Message-Id: {message_id}

{text}
"""


class TestClaim(GoodsCommon):
    """Whoever merely names a delivery stops no reminder until it is confirmed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_complaint.write({"alias_name": "claims", "intake_unclear": "case"})

    def setUp(self):
        super().setUp()
        order = self._new_order(10)
        self.slip = self._deliver(order)
        self.invoice = self._bill(order)

    def _receive(self, text, sender=STRANGER):
        message_id = make_msgid(domain="claims.example")
        mail = MAIL.format(sender=sender, message_id=message_id, text=text)
        intakes = self.env["aftersales.intake"]
        before = intakes.search([])
        self.env["mail.thread"].message_process(None, mail)
        return (intakes.search([]) - before).case_id

    @feature("N-28")
    def test_a_strangers_number_holds_nothing(self):
        """A stranger names slip, order or invoice: an agent's word makes the hold."""
        for number in (self.slip.name, self.slip.origin, self.invoice.name):
            with self.subTest(number):
                case = self._receive(f"This is about {number}.")
                self.assertEqual(case.claimed_partner_id, self.customer)
                self.assertFalse(case.hold_ids)
                self.assertHeld({self.invoice: 0})
        case = self._receive(f"This is about {self.slip.name}.")
        self._as(self.agent, case).action_confirm_claim()
        self.assertEqual(case.hold_ids.move_id, self.invoice)
        self.assertHeld({self.invoice: 1150})

    @feature("N-28")
    def test_another_customers_number_holds_nothing(self):
        """A known customer who names somebody else's slip stops none of its invoices."""
        self.polish_customer.email = "lukasz@kawiarnia.example"
        case = self._receive(
            f"Slip {self.slip.name} is not complete.", "lukasz@kawiarnia.example"
        )
        self.assertEqual(case.partner_id, self.polish_customer)
        self.assertEqual(case.claimed_picking_id, self.slip)
        self.assertHeld({self.invoice: 0})
        self._as(self.agent, case).action_reject_claim()
        self.assertHeld({self.invoice: 0})

    def _order_work(self):
        """An order of work that nobody delivers, and its invoice."""
        work = self._new_product("Installation", type="service", is_storable=False)
        order = self._new_order(5, products=[work])
        order.order_line.qty_delivered = 5
        return order, self._bill(order)

    @feature("N-28", "I2-52")
    def test_a_strangers_order_holds_nothing(self):
        """So with the number of an order: it is a candidate until an agent confirms."""
        order, invoice = self._order_work()
        case = self._receive(f"This is about {order.name}.")
        self.assertEqual(case.claimed_partner_id, self.customer)
        self.assertFalse(case.sale_order_id | case.line_ids.sale_line_id.order_id)
        self.assertHeld({invoice: 0})
        self._as(self.agent, case).action_confirm_claim()
        self.assertEqual(case.sale_order_id, order)
        self.assertHeld({invoice: 575})

    @feature("N-28")
    def test_another_customers_order_holds_nothing(self):
        """A known customer who names somebody else's order stops none of its invoices."""
        order, invoice = self._order_work()
        self.polish_customer.email = "lukasz@kawiarnia.example"
        case = self._receive(f"Order {order.name}.", "lukasz@kawiarnia.example")
        self.assertEqual(case.partner_id, self.polish_customer)
        self.assertFalse(case.sale_order_id)
        self.assertHeld({invoice: 0})

    @feature("I2-52", "I2-53")
    def test_own_order_in_a_mail(self):
        """A customer writes from his address about his order: it is taken."""
        order, invoice = self._order_work()
        case = self._receive(f"Order {order.name}.", self.customer.email)
        self.assertEqual(case.sale_order_id, order)
        self.assertHeld({invoice: 575})
