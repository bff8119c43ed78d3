from datetime import timedelta

from odoo.addons.aftersales_case.tests.common import feature

from .paying import PayingCommon


class TestPayOne(PayingCommon):
    """One invoice, by its page or a link: what is asked for is what is booked."""

    def setUp(self):
        super().setUp()
        self.invoice, self.other = self._owe(1000), self._owe(500, days=90)

    def _hold_part(self, invoice=None, amount=400):
        return self._hold(invoice or self.invoice, "amount", amount, self.case)

    def _get_tabs(self, url):
        return self._text(self._page(url).xpath("//*[@id='o_payment_tabs']")[0])

    # === The page === #

    @feature("N-02")
    def test_due_now(self):
        """The page asks for what is due now; that is paid, and nothing else."""
        hold = self._hold_part()
        form = self._get_form(self.invoice.get_portal_url())
        self.assertEqual(float(form["data-invoice-next-amount-to-pay"]), 600)
        payment = self._pay_one(self.invoice, 600)
        self.assertOpen((self.invoice, 400), (self.other, 500))
        self.assertLeft(payment, 0)
        self.assertEqual(hold.state, "active")
        text = self._text(self._page(self.invoice.get_portal_url()))
        self.assertIn("Already Paid: $ 600.00", text)
        self.assertNotIn("Left to Pay", text)
        self.assertIn("In review: $ 400.00", text)

    def test_narrow_list(self):
        """On a narrow screen the list says what is due now, too."""
        self._hold_part()
        self._hold(self.other, case=self.case)
        [told] = self._page("/my/invoices").xpath("//*[@name='due_now_narrow']")
        self.assertEqual(self._text(told), "To pay: $ 600.00")

    def test_the_whole(self):
        """He may pay the whole: then nothing is left to be held."""
        hold = self._hold_part()
        self._pay_one(self.invoice, 1000)
        self.assertOpen((self.invoice, 0))
        self.assertEqual((hold.state, hold.end_reason), ("released", "paid"))

    def test_some(self):
        """Less than what is due: the disputed part stays as it is."""
        self._hold_part()
        self._pay_one(self.invoice, 250.55)
        self.assertOpen((self.invoice, 749.45))
        self.assertEqual(
            (self.invoice.held_amount, self.invoice.due_now), (400, 349.45)
        )

    def test_more_than_open(self):
        """No more than what is open, and nothing of what is paid."""
        self._assert_refused(self.invoice.id, 1000.01, "Load the page again")
        self._pay(self.invoice, 700)
        self._assert_refused(self.invoice.id, 1000, "Load the page again")
        self._pay(self.invoice)
        for amount in (1000, 0.01, -300, float("nan")):
            self._assert_refused(self.invoice.id, amount, "Load the page again")
        self.assertEqual(self.invoice.amount_residual, 0)

    def test_customer_held(self):
        """He may pay what is held with all of his invoices."""
        self._hold_customer(self.payer.commercial_partner_id)
        self._pay_one(self.invoice, 300)
        self.assertOpen((self.invoice, 700), (self.other, 500))

    def test_instalments(self):
        """Of instalments, what is overdue and not in review is asked for."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Thirds",
                "line_ids": [
                    (0, 0, {"value_amount": 40, "nb_days": 0}),
                    (0, 0, {"value_amount": 40, "nb_days": 10}),
                    (0, 0, {"value_amount": 20, "nb_days": 90}),
                ],
            }
        )
        invoice = self._owe(2000, days=30, invoice_payment_term_id=term.id)
        self._hold_part(invoice, 700)
        form = self._get_form(invoice.get_portal_url())
        self.assertEqual(float(form["data-invoice-next-amount-to-pay"]), 1300)
        self._pay_one(invoice, 1300)
        lines = invoice._get_term_lines().sorted("date_maturity")
        self.assertEqual(lines.mapped("amount_residual"), [0, 300, 400])
        self.assertEqual(invoice.held_amount, 700)

    # === Links === #

    def _get_link(self, invoice, amount=None):
        """Return the page of a payment link as debtor control makes it."""
        wizard = (
            self.env["payment.link.wizard"]
            .with_context(active_model="account.move", active_id=invoice.id)
            .create({"amount": amount} if amount else {})
        )
        return "/" + wizard.link.split("/", 3)[3].lstrip("/").split("#")[0]

    def test_link(self):
        """A link asks for what is due now unless somebody says how much."""
        self._hold_part()
        for amount, asked in ((None, 600), (150, 150)):
            with self.subTest(amount=amount):
                form = self._get_form(self._get_link(self.invoice, amount))
                asks = float(form["data-invoice-next-amount-to-pay"])
                self.assertEqual(asks, asked)

    def test_old_link(self):
        """A link from before the hold asks for what is due now; so does a code."""
        whole = self._get_link(self.invoice)
        most = self._get_link(self.invoice, 900)
        printed = self.invoice._get_portal_payment_link()
        printed = "/" + printed.split("/", 3)[3].lstrip("/").split("#")[0]
        self._hold_part()
        for url in (whole, most, printed):
            with self.subTest(url=url):
                self.assertRegex(
                    self._get_tabs(url), r"Due Now .*600\.00.* Full Amount .*1,000\.00"
                )

    def test_old_link_of_what_is_held_wholly(self):
        """It asks for nothing; the whole can be paid."""
        url = self._get_link(self.invoice)
        self._hold(self.invoice, case=self.case)
        page = self._page(url)
        self.assertFalse(page.xpath("//*[@id='o_payment_tabs']"))
        self.assertFalse(page.xpath("//h5[@name='installment_title']"))
        self.assertIn("You can pay the invoice all the same", self._text(page))

    # === A discount for paying early === #

    def _new_discounted(self, amount=1000):
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % in 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [(0, 0, {"value_amount": 100, "nb_days": 30})],
            }
        )
        return self._owe(amount, days=0, invoice_payment_term_id=term.id)

    @feature("N-02")
    def test_discount_is_refused(self):
        """While a part is in review there is none, and the page says so."""
        invoice = self._new_discounted()
        url = invoice.get_portal_url()
        self.assertIn("Discount of", self._text(self._page(url)))
        hold = self._hold_part(invoice, 100)
        page = self._page(url)
        self.assertNotIn("Discount of", self._text(page))
        [box] = page.xpath("//div[@name='no_discount']")
        self.assertIn("no early payment discount", self._text(box))
        self.assertRegex(self._get_tabs(url), r"To Pay .*900\.00.*1,000\.00")
        [title] = page.xpath("//h5[@name='installment_title']")
        self.assertEqual(self._text(title), "To Pay")
        link = invoice._get_default_payment_link_values()
        self.assertEqual((link["amount"], link["amount_max"]), (900, 1000))
        self.assertNotIn("has_eligible_epd", link)
        self._pay_one(invoice, 900)
        self.assertOpen((invoice, 100))
        self.assertEqual(hold.state, "active")

    def test_discounted_sum_is_no_whole(self):
        """Who pays the sum less discount all the same has paid a part."""
        invoice = self._new_discounted()
        self._hold_part(invoice, 100)
        self._pay_one(invoice, 980)
        self.assertOpen((invoice, 20))

    def test_discount_comes_back(self):
        """When the review ends in time, the discount is there again."""
        invoice = self._new_discounted()
        hold = self._hold_part(invoice, 100)
        hold._release_by_hand({"release_policy": "go_on"})
        self.assertIn("Discount of", self._text(self._page(invoice.get_portal_url())))
        payment = self._pay_one(invoice, 980)
        self.assertOpen((invoice, 0))
        self.assertLeft(payment, 0)

    def test_discount_was_asked(self):
        """What was offered before the hold is booked: 980 settle 1000."""
        invoice = self._new_discounted()
        transaction = self._ask(invoice.id, 980)
        self._hold_part(invoice, 100)
        payment = self._settle(transaction)
        self.assertOpen((invoice, 0))
        self.assertLeft(payment, 0)

    def test_discount_was_not_asked(self):
        """Who was asked for the due part without a discount gets none by a release."""
        invoice = self._new_discounted()
        hold = self._hold_part(invoice, 20)
        transaction = self._ask(invoice.id, 980)
        hold._release_by_hand({"release_policy": "go_on"})
        self._settle(transaction)
        self.assertOpen((invoice, 20))

    def test_discount_of_a_free_invoice(self):
        """Nothing of this invoice is in review: it is as ever."""
        invoice = self._new_discounted(300)
        self._hold_part()
        self._hold_customer(self.payer.commercial_partner_id)
        page = self._page(invoice.get_portal_url())
        self.assertIn("Discount of", self._text(page))
        self._pay_one(invoice, 294)
        self.assertOpen((invoice, 0))

    # === The task === #

    def test_task(self):
        """Debtor control's task names amount and invoice; who held it gets it."""
        self._hold_part()
        transaction = self._ask(self.invoice.id, 600)
        self._pay(self.invoice, 600)
        payment = self._settle(transaction)
        self.assertLeft(payment, 600)
        task = payment.activity_ids
        self.assertIn(self.invoice.name, task.note)
        self.assertEqual(task.date_deadline, self.today + timedelta())
