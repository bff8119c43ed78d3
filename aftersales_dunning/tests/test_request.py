from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from odoo.addons.aftersales_case.tests.common import feature

from .goods import GoodsCommon


class TestRequest(GoodsCommon):
    """A hold that is asked for: checked as a whole, and asked for twice it is one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_complaint.hold_reason_id = False
        cls.portal = new_test_user(
            cls.env,
            "as_customer",
            groups="base.group_portal",
            partner_id=cls.contact.id,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger"})

    def setUp(self):
        super().setUp()
        self.case = self._new_case(user_id=self.agent.id, partner_id=self.customer.id)
        self.invoice = self._new_invoice(1000)

    def _sold(self, quantity=10, **vals):
        """Return a slip and the invoice of machines that were delivered."""
        order = self._new_order(quantity, **vals)
        return self._deliver(order), self._bill(order)

    def _by_customer(self):
        """The case as the customer's own request reaches it, when the portal has looked."""
        return self.case.with_user(self.portal).sudo()

    def _line(self, invoice, product=None):
        return invoice.invoice_line_ids.filtered(
            lambda line: line.product_id == (product or self.machine)
        )

    # === What is right === #

    def test_amount(self):
        """Service asks for a part: it is held at once, and once."""
        vals = {"move_id": self.invoice.id, "amount": 100, "note": "Wrong price"}
        hold = self._as(self.agent, self.case)._request_hold(vals)
        self.assertEqual((hold.state, hold.note), ("active", "Wrong price"))
        self.assertHeld({self.invoice: 100})
        self.assertEqual(self._as(self.agent, self.case)._request_hold(vals), hold)
        self.assertEqual(self.case.hold_ids, hold)

    def test_asked_again_for_another_amount(self):
        """The running hold changes; a request without an amount changes nothing."""
        ask = self._as(self.agent, self.case)._request_hold
        hold = ask({"move_id": self.invoice.id, "amount": 100})
        self.assertEqual(ask({"move_id": self.invoice.id, "amount": 250}), hold)
        self.assertHeld({self.invoice: 250})
        self.assertEqual(ask({"move_id": self.invoice.id}), hold)
        self.assertHeld({self.invoice: 250})

    def test_without_an_amount(self):
        """All that is open is disputed."""
        self._pay(self.invoice, 300)
        hold = self._as(self.agent, self.case)._request_hold(
            {"move_id": self.invoice.id}
        )
        self.assertEqual(hold.held_amount, 700)

    def test_lines(self):
        """The delivered goods of an invoice line are taken, and their money held."""
        slip, invoice = self._sold()
        hold = self._as(self.agent, self.case)._request_hold(
            {"lines": [(self._line(invoice), 3)]}
        )
        self.assertEqual(self.case.line_ids.move_id, slip.move_ids)
        self.assertEqual(self.case.line_ids.quantity, 3)
        self.assertEqual(self.case.line_ids.delivered, 10)
        self.assertShares(self.case, {invoice: 3})
        self.assertEqual((hold.move_id, hold.amount), (invoice, 345))
        self.assertFalse(hold.is_manual)

    def test_lines_follow_credit_notes(self):
        """What is credited of the goods is held no more."""
        _slip, invoice = self._sold()
        hold = self._as(self.agent, self.case)._request_hold(
            {"lines": [(self._line(invoice).id, 3)]}
        )
        self._credit(invoice, quantity=2)
        self.assertEqual(hold.held_amount, 115)

    def test_lines_asked_again(self):
        """The goods stand there once, with the quantity asked for last."""
        _slip, invoice = self._sold()
        ask = self._as(self.agent, self.case)._request_hold
        hold = ask({"lines": [(self._line(invoice), 3)]})
        for quantity, amount in ((3, 345), (5, 575), (2, 230)):
            with self.subTest(quantity=quantity):
                self.assertEqual(
                    ask({"lines": [(self._line(invoice), quantity)]}), hold
                )
                self.assertEqual(len(self.case.line_ids), 1)
                self.assertShares(self.case, {invoice: quantity})
                self.assertHeld({invoice: amount})

    def test_lines_of_the_second_invoice_of_a_slip(self):
        """The invoice that is named is held, though first in, first out says another."""
        order = self._new_order(10)
        self._deliver(order)
        first = self._bill(order, quantity=4)
        second = self._bill(order)
        ask = self._as(self.agent, self.case)._request_hold
        ask({"lines": [(self._line(second), 3)]})
        self.assertShares(self.case, {second: 3})
        self.assertHeld({first: 0, second: 345})
        ask({"lines": [(self._line(first), 2)]})
        self.assertShares(self.case, {first: 2, second: 3})
        self.assertHeld({first: 230, second: 345})

    def test_lines_of_a_type_that_holds(self):
        """The hold of the request is the one that the goods ask for."""
        self.type_complaint.hold_reason_id = self.reason
        _slip, invoice = self._sold()
        hold = self._by_customer()._request_hold({"lines": [(self._line(invoice), 3)]})
        self.assertEqual(self.case.hold_ids, hold)
        self.assertEqual((hold.state, hold.amount), ("requested", 345))

    def test_lines_without_delivery(self):
        """What was billed by hand is named by its product, and its part is held."""
        invoice = self._new_invoice(
            0,
            invoice_line_ids=[
                Command.create(
                    {
                        "product_id": self.machine.id,
                        "quantity": 4,
                        "price_unit": 100,
                        "tax_ids": False,
                    }
                ),
                Command.create({"name": "Freight", "price_unit": 50, "tax_ids": False}),
            ],
        )
        machines, freight = invoice.invoice_line_ids
        ask = self._as(self.agent, self.case)._request_hold
        ask({"lines": [(machines, 1)]})
        self.assertEqual(self.case.line_ids.product_id, self.machine)
        self.assertHeld({invoice: 100})
        ask({"lines": [(machines, 1), (freight, 1)]})
        self.assertHeld({invoice: 150})

    def test_lines_in_the_unit_of_the_invoice(self):
        """Dozens on the invoice are pieces on the slip."""
        dozen = self.env.ref("uom.product_uom_dozen")
        self._new_order(1)  # puts machines into the stock
        line = {
            "product_id": self.machine.id,
            "product_uom_qty": 2,
            "product_uom_id": dozen.id,
            "price_unit": 1200,
        }
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [Command.create(line)],
            }
        )
        order.action_confirm()
        slip = self._deliver(order)
        invoice = self._bill(order)
        self._as(self.agent, self.case)._request_hold(
            {"lines": [(self._line(invoice), 0.5)]}
        )
        self.assertEqual(self.case.line_ids.move_id, slip.move_ids)
        self.assertShares(self.case, {invoice: 6})
        self.assertHeld({invoice: 690})

    # === Who asks === #

    @feature("N-28")
    def test_customer_asks(self):
        """A customer's request waits for those who work on the case, who approve it."""
        hold = self._by_customer()._request_hold(
            {"move_id": self.invoice.id, "amount": 100}
        )
        self.assertEqual((hold.state, hold.waits_for), ("requested", "service"))
        self.assertHeld({self.invoice: 0})
        told = self.env["mail.message"].search(
            [
                ("model", "=", self.case._name),
                ("res_id", "=", self.case.id),
                ("body", "like", "asks not to be dunned"),
            ]
        )
        self.assertEqual(told.notified_partner_ids, self.agent.partner_id)
        self._press(self._as(self.agent, hold), "action_approve")
        self.assertEqual((hold.state, hold.waits_for), ("active", False))
        self.assertEqual(hold.approved_by_id, self.agent)
        self.assertHeld({self.invoice: 100})

    def test_company_lets_customers_hold_at_once(self):
        """The company's setting decides."""
        self.manager.group_ids += self.env.ref("base.group_system")
        with Form(self._as(self.manager)["res.config.settings"]) as settings:
            settings.aftersales_customer_hold = "at_once"
        settings.record.execute()
        hold = self._by_customer()._request_hold(
            {"move_id": self.invoice.id, "amount": 100}
        )
        self.assertEqual(hold.state, "active")
        self.assertTrue(hold.asked_by_customer)

    def test_said_to_be_the_customers(self):
        """Whoever passes a request on says whose it is, by mail or by a public form."""
        hold = self.case._request_hold(
            {"move_id": self.invoice.id, "by_customer": True}
        )
        self.assertEqual(hold.waits_for, "service")

    def test_reason_that_needs_an_approval(self):
        """Debtor control approves it, and nobody else."""
        strict = self.reason.copy({"needs_approval": True})
        self.type_complaint.hold_reason_id = strict
        hold = self._by_customer()._request_hold({"move_id": self.invoice.id})
        self.assertEqual(hold.waits_for, "approval")
        with self.assertRefused(AccessError, "debtor control"):
            self._as(self.agent, hold).action_approve()
        self._as(self.accountant, hold).action_approve()
        self.assertEqual(hold.state, "active")

    def test_customer_raises_no_running_hold(self):
        """What he asks for beyond it stands in the chatter; less he does not take off."""
        hold = self._as(self.agent, self.case)._request_hold(
            {"move_id": self.invoice.id, "amount": 100}
        )
        for amount in (40, 900):
            found = self._by_customer()._request_hold(
                {"move_id": self.invoice.id, "amount": amount}
            )
            self.assertEqual(found, hold)
            self.assertHeld({self.invoice: 100})
        self.assertIn("900", str(self.case.message_ids.mapped("body")))

    def test_who_may_not_ask(self):
        """A colleague who only reported it, and an agent with a case of others."""
        mine = self._as(self.reporter)["aftersales.case"].create(
            {
                "name": "Reported",
                "type_id": self.type_complaint.id,
                "company_id": self.company.id,
            }
        )
        mine.sudo().partner_id = self.customer
        secret = self._new_case(confidential=True, user_id=self.manager.id)
        for user, case in ((self.reporter, mine), (self.agent, secret)):
            with self.subTest(user=user.login), self.assertRefused(AccessError, "case"):
                self._as(user, case)._request_hold({"move_id": self.invoice.id})

    # === What is wrong === #

    def test_wrong_requests(self):
        """Each is refused in one sentence that names the field; nothing is written."""
        _slip, invoice = self._sold()
        line = self._line(invoice)
        theirs = self._new_invoice(100, partner=self.stranger)
        draft = self._new_invoice(100)
        draft.button_draft()
        paid = self._new_invoice(100)
        self._pay(paid)
        refund = self._credit(self._new_invoice(100))
        Move = self.env["account.move"]
        wrong = [
            ("Invoice:", {"move_id": theirs.id}),
            ("Invoice:", {"move_id": draft.id}),
            ("Invoice:", {"move_id": paid.id}),
            ("Invoice:", {"move_id": refund.id}),
            ("Invoice:", {"move_id": Move.search([], order="id desc", limit=1).id + 9}),
            ("Invoice:", {"move_id": 10**12}),
            ("Invoice:", {"move_id": "1"}),
            ("Invoice:", {}),
            ("Invoice:", {"lines": [(theirs.invoice_line_ids, 1)]}),
            (
                "Invoice Line:",
                {"move_id": invoice.id, "lines": [(draft.line_ids[0], 1)]},
            ),
            (
                "Invoice Line:",
                {"move_id": invoice.id, "lines": [(theirs.line_ids[0], 1)]},
            ),
            (
                "Invoice Line:",
                {"move_id": invoice.id, "lines": [(invoice._get_term_lines(), 1)]},
            ),
            ("Quantity:", {"lines": [(line, 0)]}),
            ("Quantity:", {"lines": [(line, -1)]}),
            ("Quantity:", {"lines": [(line, 10.5)]}),
            ("Quantity:", {"lines": [(line, 6), (line, 6)]}),
            ("Quantity:", {"lines": [(line, "3")]}),
            ("Quantity:", {"lines": [(line, float("nan"))]}),
            ("Lines:", {"move_id": invoice.id, "lines": [line.id]}),
            ("Lines:", {"move_id": invoice.id, "lines": 7}),
            ("Lines:", {"move_id": invoice.id, "lines": [(None, 1)]}),
            ("Disputed Amount:", {"move_id": invoice.id, "amount": 0}),
            ("Disputed Amount:", {"move_id": invoice.id, "amount": -5}),
            ("Disputed Amount:", {"move_id": invoice.id, "amount": 1e9}),
            ("Disputed Amount:", {"move_id": invoice.id, "amount": 1150.01}),
            ("Disputed Amount:", {"move_id": invoice.id, "amount": 0.001}),
            ("Disputed Amount:", {"move_id": invoice.id, "amount": float("inf")}),
            ("Disputed Amount:", {"move_id": invoice.id, "amount": "100"}),
            ("Reason:", {"move_id": invoice.id, "reason_id": 10**8}),
            ("state:", {"move_id": invoice.id, "state": "active"}),
        ]
        for text, vals in wrong:
            for case in (self._as(self.agent, self.case), self._by_customer()):
                with self.subTest(vals=vals, by=case.env.user.login):
                    with self.assertRaises(ValidationError) as caught:
                        case._request_hold(vals)
                    message = str(caught.exception)
                    self.assertTrue(message.startswith(text), message)
                    self.assertNotIn("\n", message)
                    self.assertNotIn(theirs.name, message)
        self.assertFalse(self.case.hold_ids)
        self.assertFalse(self.case.line_ids)

    def test_case_without_a_proven_customer(self):
        """Nobody's case holds nobody's invoice; a closed one holds none."""
        nobody = self._new_case(contact_id=False, partner_id=False)
        closed = self._new_case(partner_id=self.customer.id)
        closed.action_cancel()
        for case, text in ((nobody, "Customer:"), (closed, "Case:")):
            with self.subTest(text=text), self.assertRefused(ValidationError, text):
                case._request_hold({"move_id": self.invoice.id, "amount": 10})

    def test_invoice_of_another_company(self):
        """A customer of two companies disputes with one of them."""
        other = self.env["res.company"].create({"name": "Sister"})
        self.env.user.company_ids |= other
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=other, install_demo=False
        )
        self.env = self.env(context={"allowed_company_ids": other.ids})
        theirs = self._new_invoice(100, company_id=other.id)
        with self.assertRefused(ValidationError, "Invoice:"):
            self.case._request_hold({"move_id": theirs.id})

    def test_nothing_half_written(self):
        """When the hold cannot be made the goods are not taken either."""
        _slip, invoice = self._sold()
        holds = self.registry["aftersales.dunning.hold"]
        with patch.object(holds, "_after_change", side_effect=ValidationError("No")):
            with self.assertRaises(ValidationError):
                self.case._request_hold({"lines": [(self._line(invoice), 3)]})
        self.assertFalse(self.case.hold_ids)
        self.assertFalse(self.case.line_ids)
