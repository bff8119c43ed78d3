from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.tests.common import feature

from .invoices import InvoiceSetup

REFUSED = "No holds today"


@tagged("post_install", "-at_install")
class TestProblemHeld(InvoiceSetup, HttpCase):
    """What is reported is held out of the dunning, where that addon is installed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_holds()

    def setUp(self):
        super().setUp()
        if not self.is_dunning:
            self.skipTest("aftersales_dunning is not installed: nothing is held")
        self._log_in(self.anna)
        self.line = f"line-{self.pumps.id}"

    def _holds(self):
        return self._cases().hold_ids

    @feature("N-04")
    def test_goods_are_held(self):
        """Three of ten pumps: their part is in review, on the case and the invoice."""
        answer = self._send(self._url(self.damaged), **{self.line: "3"})
        hold = self._holds()
        self.assertEqual((hold.state, hold.held_amount), ("active", 324))
        self.assertEqual(hold.move_id, self.invoice)
        self.assertTrue(hold.asked_by_customer)
        self.assertEqual(hold.case_id.line_ids.mapped("quantity"), [3])
        text = answer.text.replace("\xa0", " ").replace("&nbsp;", " ")
        self.assertIn(
            f"We do not ask for $ 324.00 of invoice {self.invoice.name}", text
        )
        page = self.url_open(f"/my/invoices/{self.invoice.id}").text
        self.assertIn('name="in_review"', page)
        self.assertIn(hold.case_id.number, page)

    def test_price_is_held(self):
        """A price: what is billed beyond the agreed one, and the rest stays due."""
        self._send(self._url(self.price), **{self.line: "67.50"})
        self.assertEqual(self._holds().held_amount, 270)
        self.assertFalse(self._cases().line_ids)

    def test_capped(self):
        """No more is asked to be held than is open."""
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({"amount": 1040})._create_payments()
        self._send(self._url(self.quantity), **{self.line: "10"})
        self.assertEqual(self._holds().held_amount, 100)

    def test_whole_invoice(self):
        """Terms without an amount: all that is open."""
        self._send(self._url(self.terms), text="Thirty days were agreed")
        self.assertEqual(self._holds().held_amount, 1140)

    def test_paid(self):
        """Of a paid invoice nothing is held; goods are reported all the same."""
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({})._create_payments()
        answer = self._send(self._url(self.damaged), **{self.line: "1"})
        self.assertFalse(self._holds())
        self.assertEqual(self._cases().line_ids.product_id, self.pump)
        self.assertNotIn('name="case_payment"', answer.text)
        notes = "".join(self._cases().message_ids.mapped("body"))
        self.assertNotIn("is not held", notes, "nothing was asked for")

    def test_asked_for(self):
        """Where the company decides first, the page says so and promises nothing."""
        self.company.aftersales_customer_hold = "approval"
        answer = self._send(self._url(self.damaged), **{self.line: "3"})
        self.assertEqual(self._holds().state, "requested")
        self.assertIn("until then the invoice stays due", answer.text)
        self.assertNotIn("We do not ask for", answer.text)

    def test_refused(self):
        """A hold that is refused stops no report; who works on it reads why."""

        def refuse(case, vals):
            raise UserError(REFUSED)

        self.patch(self.registry["aftersales.case"], "_request_hold", refuse)
        answer = self._send(self._url(self.damaged), **{self.line: "3"})
        case = self._cases()
        self.assertFalse(case.hold_ids)
        self.assertEqual(case.line_ids.quantity, 3)
        self.assertIn(REFUSED, "".join(case.message_ids.mapped("body")))
        self.assertNotIn(REFUSED, answer.text)

    def test_others_read_no_invoice(self):
        """An installer who reported the case for its customer learns nothing of money."""
        case = self._new_case(reporter_id=self.ivo.partner_id.id)
        case._request_hold({"move_id": self.invoice.id, "amount": 100})
        pages = {}
        for user in (self.anna, self.ivo):
            self.authenticate(user.login, user.login)
            pages[user] = self.url_open(f"/my/cases/{case.id}", timeout=120).text
        self.assertIn('name="case_payment"', pages[self.anna])
        self.assertNotIn('name="case_payment"', pages[self.ivo])
        self.assertNotIn(self.invoice.name, pages[self.ivo])

    def test_own_slip_holds_at_once(self):
        """A proven customer who names his own slip holds its goods at once, as by mail.

        That is a decision: see the readme. Somebody else who names it holds nothing.
        """
        self._as_sold()
        made = {}
        for user in (self.anna, self.cleo):
            service, partner = self._service(user)
            vals = service._prepare_report(partner, self.type_complaint)
            vals |= {
                "name": "Leaks",
                "slip_number": self.slip.name,
                "channel": "portal",
            }
            made[user] = service._get_cases().create(vals)
        self.assertEqual(made[self.anna].hold_ids.state, "active")
        self.assertEqual(made[self.anna].hold_ids.move_id, self.sold)
        self.assertFalse(made[self.cleo].hold_ids)
        self.assertFalse(made[self.cleo].picking_id)
        self.assertFalse(made[self.cleo].line_ids)

    def test_known_otherwise(self):
        """A case about the goods of a line that was not reported here is found, too."""
        self._as_sold()
        case = self._new_case(slip_number=self.slip.name)
        self.assertTrue(case.share_ids)
        line = self.sold.invoice_line_ids
        url = self._url(self.damaged, line, self.sold)
        answer = self._send(url, **{f"line-{line.id}": "1"})
        self.assertIn(f"/my/cases/{case.id}?sent=known", answer.url)
        self.authenticate(self.ben.login, self.ben.login)
        page = self.url_open(f"/my/invoices/{self.sold.id}").text
        self.assertNotIn(f'href="/my/cases/{case.id}"', page)
        self.assertNotIn("A colleague reported this.", page)

    def _as_sold(self):
        """Sell, deliver and bill a machine."""
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        product = self.env["product.product"].create(
            {
                "name": "Machine",
                "type": "consu",
                "invoice_policy": "delivery",
                "list_price": 50,
            }
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "warehouse_id": warehouse.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.action_confirm()
        self.slip = order.picking_ids
        self.slip.move_ids.quantity = 1
        self.slip.move_ids.picked = True
        self.slip.button_validate()
        self.assertEqual(self.slip.state, "done")
        self.sold = order._create_invoices()
        self.sold.action_post()
