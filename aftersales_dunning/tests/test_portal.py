from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.aftersales_case.tests.common import AftersalesSetup, feature

from .common import DunningSetup

NOBODYS = ("hold_ids", "dunning_review", "dunning_explanation", "dunning_notice")


@tagged("post_install", "-at_install")
class TestPortal(DunningSetup, AftersalesSetup, HttpCase):
    """What the customer sees and pays of an invoice of which something is in review."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(
            "account_payment.enable_portal_payment", "True"
        )
        cls.portal = cls._new_portal_user("dunning_portal", cls.contact)
        cls.case = cls.env["aftersales.case"].create(
            {
                "name": "Machine leaks",
                "type_id": cls.type_complaint.id,
                "contact_id": cls.contact.id,
                "company_id": cls.company.id,
            }
        )

    def setUp(self):
        super().setUp()
        self.invoice = self._bill_to_contact(1150)

    @classmethod
    def _new_portal_user(cls, login, partner):
        user = new_test_user(
            cls.env,
            login,
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        user.partner_id.write({"parent_id": partner.commercial_partner_id.id})
        return user

    def _bill_to_contact(self, amount, **vals):
        return self._new_invoice(amount, partner=self.portal.partner_id, **vals)

    def _page(self, url, login="dunning_portal"):
        self.authenticate(login, login)
        response = self.url_open(url, timeout=120)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.content)

    def _text(self, node):
        return " ".join(" ".join(node.itertext()).split())

    def _row(self, invoice):
        page = self._page("/my/invoices")
        [row] = page.xpath(f"//tr[.//a[@title='{invoice.name}']]")
        return row

    def _overdue(self):
        """Return the names of the invoices that the filter shows as overdue."""
        page = self._page("/my/invoices?filterby=overdue_invoices")
        return set(page.xpath("//tr//td[1]/a/@title"))

    # === The list === #

    @feature("N-02")
    def test_badge_in_the_list(self):
        """A partly held invoice is in review, by the customer's case; the rest is due."""
        self._hold(self.invoice, "amount", 460, self.case)
        row = self._row(self.invoice)
        text = self._text(row)
        self.assertIn(f"In review, case {self.case.number}", text)
        self.assertNotIn("Waiting for Payment", text)
        self.assertIn("690.00", text)
        self.assertTrue(row.xpath(".//td[contains(@class, 'text-danger')]"))

    def test_whole_invoice_is_not_red(self):
        """What is held wholly is not shown as late; a free one is."""
        free = self._bill_to_contact(100)
        self._hold(self.invoice, case=self.case)
        self.assertFalse(
            self._row(self.invoice).xpath(".//td[contains(@class, 'text-danger')]")
        )
        row = self._row(free)
        self.assertTrue(row.xpath(".//td[contains(@class, 'text-danger')]"))
        self.assertNotIn("In review", self._text(row))

    @feature("N-02")
    def test_overdue_leaves_out_what_is_held(self):
        """Held invoices are not overdue: not in the filter, the count or the button."""
        second = self._bill_to_contact(200)
        self.assertEqual(self._overdue(), {self.invoice.name, second.name})
        hold = self._hold(self.invoice, case=self.case)
        self.assertEqual(self._overdue(), {second.name})
        self._hold(second, "amount", 50, self.case)
        self.assertEqual(self._overdue(), {second.name})
        self._hold(second, case=self.env["aftersales.case"])
        self.assertEqual(self._overdue(), set())
        self.assertFalse(
            self._page("/my/invoices").xpath("//a[@href='/my/invoices/overdue']")
        )
        self.assertEqual(self._count(), 0)
        hold._release_by_hand({"release_policy": "go_on"})
        self.assertEqual(self._overdue(), {self.invoice.name})
        self.assertEqual(self._count(), 1)

    def _count(self):
        self.authenticate("dunning_portal", "dunning_portal")
        answer = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["overdue_invoice_count"]}
        )
        return answer["overdue_invoice_count"]

    def test_customer_held(self):
        """When all invoices of a customer are held, none is overdue."""
        self._hold_customer()
        self.assertEqual(self._overdue(), set())
        text = self._text(self._page(self.invoice.get_portal_url()))
        self.assertIn("We do not ask for this amount", text)

    def test_days_to_wait(self):
        """An invoice that waits on the terms of an ended hold is not overdue yet."""
        hold = self._hold(self.invoice, case=self.case)
        hold._release_by_hand({"release_policy": "wait", "wait_days": 5})
        self.assertEqual(self._overdue(), set())
        self.assertNotIn("In review", self._text(self._row(self.invoice)))

    # === Paying === #

    @feature("N-02")
    def test_pay_all_asks_for_what_is_due_now(self):
        """Pay-all is about what is due now: less what is in review and what was paid."""
        second = self._bill_to_contact(3150)
        self._hold(second, "amount", 2000, self.case)
        self._pay(second, 100)
        page = self._page("/my/invoices/overdue")
        self.assertIn("2,200.00", self._text(page))  # 1150 + 3150 - 100 - 2000
        [form] = page.xpath("//*[@id='o_payment_form']") or [None]
        if form is not None:
            self.assertEqual(float(form.get("data-amount")), 2200)

    @feature("N-02")
    def test_page_of_a_partly_held_invoice(self):
        """Due now and in review, each with its amount, and the case."""
        self._hold(self.invoice, "amount", 460, self.case)
        page = self._page(self.invoice.get_portal_url())
        [title] = page.xpath("//h5[@name='installment_title']")
        self.assertEqual(self._text(title), "Due Now")
        [amount] = page.xpath("//h4[@name='installment_amount']")
        self.assertIn("690.00", self._text(amount))
        [box] = page.xpath("//div[@name='in_review']")
        self.assertIn("460.00", self._text(box))
        self.assertIn(f"Case {self.case.number}", self._text(box))
        tabs = self._text(page.xpath("//*[@id='o_payment_tabs']")[0])
        self.assertRegex(tabs, r"Due Now .*690\.00.* Full Amount .*1,150\.00")

    def test_page_of_a_held_invoice(self):
        """All in review: nothing is asked for, but the customer may pay."""
        self._hold(self.invoice, case=self.case)
        page = self._page(self.invoice.get_portal_url())
        self.assertFalse(page.xpath("//h5[@name='installment_title']"))
        [box] = page.xpath("//div[@name='in_review']")
        self.assertIn("1,150.00", self._text(box))
        self.assertIn("You can pay the invoice all the same", self._text(box))
        self.assertTrue(page.xpath("//a[@data-bs-target='#pay_with']"))
        self.assertFalse(page.xpath("//*[@id='o_payment_tabs']"))
        self.assertFalse(page.xpath("//span[contains(@class, 'ml4')]"))

    def test_free_invoice_is_as_ever(self):
        """Nothing of ours is on the page of an invoice that nobody holds."""
        page = self._page(self.invoice.get_portal_url())
        self.assertFalse(page.xpath("//div[@name='in_review']"))
        self.assertFalse(page.xpath("//*[@id='o_payment_tabs']"))
        values = self.invoice._get_invoice_next_payment_values()
        self.assertIsNone(values["installment_state"])
        self.assertEqual(values["next_amount_to_pay"], 1150)

    def test_instalments(self):
        """What is asked for is never more than what is due, nor than what is not held."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    (0, 0, {"value_amount": 50, "nb_days": 0}),
                    (0, 0, {"value_amount": 50, "nb_days": 60}),
                ],
            }
        )
        invoice = self._bill_to_contact(2000, invoice_payment_term_id=term.id)
        hold = self._hold(invoice, "amount", 600, self.case)
        for held, asked in ((600, 1000), (1500, 500)):
            hold.amount = held
            values = invoice._get_invoice_next_payment_values()
            self.assertEqual(values["next_amount_to_pay"], asked)

    def test_early_payment_discount(self):
        """There is no discount for paying early while a part is in review."""
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % in 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [(0, 0, {"value_amount": 100, "nb_days": 30})],
            }
        )
        invoice = self._bill_to_contact(
            1000, date_due=self.today, invoice_payment_term_id=term.id
        )
        before = invoice._get_invoice_next_payment_values()
        self.assertEqual(
            (before["installment_state"], before["amount_due"]), ("epd", 980)
        )
        self._hold(invoice, "amount", 100, self.case)
        values = invoice._get_invoice_next_payment_values()
        self.assertEqual(values["next_amount_to_pay"], 900)
        self.assertEqual(values["amount_due"], 1000)
        self.assertNotIn("epd_discount_amount_currency", values)

    @feature("N-02")
    def test_links_and_codes_ask_for_what_is_due_now(self):
        """The payment link, and the bank's code on the invoice."""
        self.assertIn("amount=1150.0", self.invoice._get_portal_payment_link())
        hold = self._hold(self.invoice, "amount", 460, self.case)
        self.assertIn("amount=690.0", self.invoice._get_portal_payment_link())
        wizard = self.invoice._get_default_payment_link_values()
        self.assertEqual((wizard["amount"], wizard["amount_max"]), (690, 1150))
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "BE15001559627230", "partner_id": self.company.partner_id.id}
        )
        methods = patch.object(
            type(bank), "_get_available_qr_methods", lambda self: [("x", "X", 1)]
        )
        for scope, asked in (("amount", 690), ("invoice", 1150)):
            hold.scope = scope
            self.invoice.partner_bank_id = bank
            with methods, patch.object(type(bank), "_get_qr_code_base64") as draw:
                self.invoice.display_qr_code = True
                self.invoice._generate_qr_code()
            self.assertEqual(draw.call_args.kwargs["amount"], asked)

    # === Who sees what === #

    def test_confidential_case_is_not_named(self):
        """That something is in review is said, by which confidential case is not."""
        self.case.confidential = True
        self._hold(self.invoice, "amount", 460, self.case)
        self.assertNotIn(self.case.number, self._text(self._row(self.invoice)))
        page = self._page(self.invoice.get_portal_url())
        self.assertIn("In review", self._text(page))
        self.assertNotIn(self.case.number, self._text(page))

    def test_case_of_another_customer_is_not_named(self):
        """A case of somebody else that holds the invoice is not named."""
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        case = self._new_case(contact_id=False, partner_id=stranger.id)
        self._hold(self.invoice, "amount", 460, case)
        page = self._page(self.invoice.get_portal_url())
        self.assertIn("In review", self._text(page))
        self.assertNotIn(case.number, self._text(page))

    def test_other_customers_see_nothing(self):
        """Another customer reads neither the page nor the amounts."""
        self._hold(self.invoice, "amount", 460, self.case)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        other = self._new_portal_user("dunning_other", stranger)
        page = self._page(f"/my/invoices/{self.invoice.id}", "dunning_other")
        self.assertFalse(page.xpath("//div[@name='in_review']"))
        self.assertNotIn(self.case.number, self._text(page))
        with self.assertRaises(AccessError):
            self._as(other, self.invoice).read(["held_amount"])

    def test_fields_of_the_portal_user(self):
        """By RPC he reads what is held and due, and nothing of why and by whom."""
        self._hold(self.invoice, "amount", 460, self.case)
        mine = self._as(self.portal, self.invoice)
        [row] = mine.read(["held_amount", "hold_state", "due_now"])
        self.assertEqual(
            (row["held_amount"], row["hold_state"], row["due_now"]),
            (460, "partial", 690),
        )
        for name in NOBODYS:
            with self.subTest(field=name), self.assertRaises(AccessError):
                mine.read([name])
        with self.assertRaises(AccessError):
            self._as(self.portal)["aftersales.dunning.hold"].search([])

    def test_future_due_date(self):
        """What is not due yet is not overdue, held or not."""
        invoice = self._bill_to_contact(50, date_due=self.today + timedelta(days=9))
        self.assertNotIn(invoice.name, self._overdue())
