from odoo.fields import Command
from odoo.tests import new_test_user

from .goods import GoodsCommon


class TestPaymentNotes(GoodsCommon):
    """What the customer of a case is told of paying meanwhile: never more than is so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(
            cls.env,
            "as_customer",
            groups="base.group_portal",
            partner_id=cls.contact.id,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        self.case = self._new_case(user_id=self.agent.id, partner_id=self.customer.id)
        self.invoice = self._new_invoice(1000)

    def _ask(self, amount=None):
        vals = {"move_id": self.invoice.id} | ({"amount": amount} if amount else {})
        return self.case.with_user(self.portal).sudo()._request_hold(vals)

    def _notes(self):
        self.env.flush_all()
        notes = self.case.with_user(self.portal).sudo()._get_payment_notes()
        return " ".join(notes).replace("\xa0", " ")

    def test_nothing(self):
        """Without a hold nothing is said."""
        self.assertEqual(self._notes(), "")

    def test_asked_for(self):
        """What nobody has decided stays due, and is not said to be held."""
        self._ask(100)
        self.assertIn("You do not agree with $ 100.00", self._notes())
        self.assertIn("stays due", self._notes())

    def test_held(self):
        """What is held, up to what is still open; ended holds are not told of."""
        hold = self._ask(100)
        hold.with_user(self.agent).action_approve()
        self.assertEqual(
            self._notes(),
            f"We do not ask for $ 100.00 of invoice {self.invoice.name} until this is"
            " settled.",
        )
        self._pay(self.invoice, 940)
        self.assertIn("$ 60.00", self._notes())
        hold._release_by_hand({"release_policy": "go_on"})
        self.assertEqual(self._notes(), "")

    def test_whole_invoice(self):
        """A hold of the whole invoice is told as what is open of it."""
        hold = self._ask()
        hold.with_user(self.agent).action_approve()
        self.assertIn("$ 1,000.00", self._notes())

    def test_credited(self):
        """Told is what is in review: less what was credited of it since."""
        line = {"product_id": self.machine.id, "price_unit": 1000, "tax_ids": False}
        self.invoice = self._new_invoice(0, invoice_line_ids=[Command.create(line)])
        hold = self._ask(300)
        hold.with_user(self.agent).action_approve()
        self._credit(self.invoice, price=100)
        self.assertHeld({self.invoice: 200})
        self.assertIn("We do not ask for $ 200.00", self._notes())

    def test_credit_to_be_matched(self):
        """Goods that are credited are asked for by nobody, matched or not."""
        order = self._new_order(10)
        self.case = self._complain(self._deliver(order), [1])
        invoice = self._bill(order)
        self.assertHeld({invoice: 115})
        refund = self._credit(invoice, quantity=1)
        refund.line_ids.remove_move_reconcile()
        self.env.flush_all()
        self.assertHeld({invoice: 115})
        self.assertIn("We do not ask for $ 115.00", self._notes())

    def test_not_his(self):
        """Nothing of confidential cases, and of invoices of a former customer."""
        self._ask(100).with_user(self.agent).action_approve()
        self.case.confidential = True
        self.assertEqual(self._notes(), "")
        self.case.confidential = False
        self.assertTrue(self._notes())
        self.case.write({"partner_id": self.polish_customer.id, "contact_id": False})
        self.assertEqual(self._notes(), "")
