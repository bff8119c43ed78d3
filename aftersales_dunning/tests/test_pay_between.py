from datetime import timedelta

from odoo.exceptions import AccessError

from .paying import PayingCommon


class TestPayBetween(PayingCommon):
    """What happens between asking and booking: what was asked for is booked.

    What the customer kept off, and what is no longer open, stays an open credit.
    """

    def setUp(self):
        super().setUp()
        self.older, self.newer = self._owe(1000, days=60), self._owe(500)

    def _hold_part(self, amount=400):
        return self._hold(self.older, "amount", amount, self.case)

    def test_hold_set(self):
        """He paid the whole before the complaint: so it is booked."""
        transaction = self._ask("overdue", 1500)
        self._hold_part()
        payment = self._settle(transaction)
        self.assertOpen((self.older, 0), (self.newer, 0))
        self.assertLeft(payment, 0)

    def test_hold_grows(self):
        """More is held than when he was asked: what he was asked for is booked."""
        hold = self._hold_part()
        transaction = self._ask("overdue", 1100)
        hold.amount = 700
        self._settle(transaction)
        self.assertOpen((self.older, 400), (self.newer, 0))
        self.assertEqual(self.older.held_amount, 400)

    def test_hold_released(self):
        """Nothing is held any more: the payment is not more than it was."""
        hold = self._hold_part()
        transaction = self._ask("overdue", 1100)
        hold._release_by_hand({"release_policy": "go_on"})
        payment = self._settle(transaction)
        self.assertOpen((self.older, 400), (self.newer, 0))
        self.assertLeft(payment, 0)

    def test_paid_meanwhile(self):
        """The bank was faster: the undisputed is not paid twice, nor the rest with it."""
        hold = self._hold_part()
        transaction = self._ask("overdue", 1100)
        self._pay(self.older, 600)
        payment = self._settle(transaction)
        self.assertOpen((self.older, 400), (self.newer, 0))
        self.assertLeft(payment, 600)
        self.assertEqual(hold.state, "active")

    def test_paid_meanwhile_more_than_due(self):
        """The bank paid 200 of the disputed 400: the other 200 are kept off."""
        self._hold_part()
        transaction = self._ask("overdue", 1100)
        self._pay(self.older, 800)
        payment = self._settle(transaction)
        self.assertOpen((self.older, 200), (self.newer, 0))
        self.assertLeft(payment, 600)

    def test_paid_meanwhile_wholly(self):
        """Nothing is open: the disputed invoice beside it gets nothing of it."""
        self._hold_part()
        transaction = self._ask("overdue", 1100)
        self._pay(self.newer)
        payment = self._settle(transaction)
        self.assertOpen((self.older, 400), (self.newer, 0))
        self.assertLeft(payment, 500)

    def test_one_invoice_paid_meanwhile(self):
        """So also with a single invoice."""
        self._hold_part()
        transaction = self._ask(self.older.id, 600)
        self._pay(self.older, 350)
        payment = self._settle(transaction)
        self.assertOpen((self.older, 400), (self.newer, 500))
        self.assertLeft(payment, 350)

    def test_released_and_paid_meanwhile(self):
        """Without a hold what was asked for is paid, up to what is open."""
        hold = self._hold_part()
        transaction = self._ask("overdue", 1100)
        self._pay(self.older, 550)
        hold._release_by_hand({"release_policy": "go_on"})
        payment = self._settle(transaction)
        self.assertOpen((self.older, 0), (self.newer, 0))
        self.assertLeft(payment, 150)

    def test_customer_held_meanwhile(self):
        """A hold on all of the customer does not undo what he paid."""
        transaction = self._ask("overdue", 1500)
        self._hold_customer(self.payer.commercial_partner_id)
        payment = self._settle(transaction)
        self.assertOpen((self.older, 0), (self.newer, 0))
        self.assertLeft(payment, 0)

    def test_cancelled_payment(self):
        """A payment that fails books nothing."""
        self._hold_part()
        transaction = self._ask("overdue", 1100)
        self.assertFalse(self._settle(transaction, "cancel"))
        self.assertOpen((self.older, 1000), (self.newer, 500))

    def test_captured_in_parts(self):
        """Captures of a part each add up to what was asked for."""
        self.provider.capture_manually = True
        self._hold_part()
        transaction = self._ask("overdue", 1100)
        self._settle(transaction)
        self.assertEqual(transaction.state, "authorized")
        for amount, left in ((300, (700, 500)), (450, (400, 350)), (350, (400, 0))):
            capture = transaction._capture(amount_to_capture=amount)
            capture._post_process()
            self.assertOpen((self.older, left[0]), (self.newer, left[1]))

    def test_captured_in_parts_of_instalments(self):
        """An instalment that was not asked for is not paid by the second capture."""
        self.provider.capture_manually = True
        halves = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    (0, 0, {"value_amount": 50, "nb_days": 0}),
                    (0, 0, {"value_amount": 50, "nb_days": 60}),
                ],
            }
        )
        invoice = self._owe(2000, days=10, invoice_payment_term_id=halves.id)
        form = self._get_form(invoice.get_portal_url())
        self.assertEqual(float(form["data-invoice-next-amount-to-pay"]), 1000)
        transaction = self._ask(invoice.id, 1000)
        self._settle(transaction)
        for amount, left in ((300, 1700), (700, 1000)):
            transaction._capture(amount_to_capture=amount)._post_process()
            self.assertOpen((invoice, left))

    def test_booked_by_the_job(self):
        """The browser is closed: the job books the same."""
        self._hold_part()
        transaction = self._ask("overdue", 1100)
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {"reference": transaction.reference, "simulated_state": "done"},
        )
        self.env.invalidate_all()
        job = self.env.ref("payment.cron_post_process_payment_tx")
        job.method_direct_trigger()
        self.assertOpen((self.older, 400), (self.newer, 0))
        self.assertEqual(transaction.payment_id.amount, 1100)

    def test_cancelled_meanwhile(self):
        """What he paid of an invoice that is no more does not go to another one."""
        self._hold_part()
        transaction = self._ask("overdue", 1100)
        self.newer.button_draft()
        self.newer.button_cancel()
        payment = self._settle(transaction)
        self.assertOpen((self.older, 400))
        self.assertLeft(payment, 500)

    def test_posted_anew_meanwhile(self):
        """Corrected and posted again: its items are other ones, what was asked stays."""
        self._hold_part()
        transaction = self._ask("overdue", 1100)
        self.newer.button_draft()
        self.newer.invoice_line_ids.price_unit = 450
        self.newer.action_post()
        payment = self._settle(transaction)
        self.assertOpen((self.older, 400), (self.newer, 0))
        self.assertLeft(payment, 50)

    def test_saved_card(self):
        """A saved card is charged at once, and books the same."""
        self._hold_part()
        self.provider.allow_tokenization = True
        token = self.env["payment.token"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.provider.payment_method_ids[0].id,
                "payment_details": "1234",
                "partner_id": self.payer.id,
                "provider_ref": "card",
                "demo_simulated_state": "done",
            }
        )
        transaction = self._ask("overdue", 1100, token=token)
        self.make_jsonrpc_request("/payment/status/poll", {})
        self.env.invalidate_all()
        self.assertEqual(transaction.token_id, token)
        self.assertOpen((self.older, 400), (self.newer, 0))

    def test_nobody_changes_what_was_asked(self):
        """It is the system's: nobody reads, writes or brings it."""
        transaction = self._ask("overdue", 1500)
        self.accountant.group_ids |= self.env.ref("account.group_account_manager")
        self.accountant.group_ids |= self.env.ref("base.group_system")
        mine = self._as(self.accountant, transaction)
        with self.assertRaises(AccessError):
            mine.read(["asked_amounts"])
        with self.assertRaises(AccessError):
            mine.write({"asked_amounts": {}})
        self._settle(transaction)
        self.assertOpen((self.older, 0), (self.newer, 0))

    def test_context_of_a_request(self):
        """No request limits a matching: plain values in its context do nothing."""
        lines = (self.older | self.newer)._get_term_lines()
        plain = {
            "dunning_payable": dict.fromkeys(lines.ids, 1.0),
            "dunning_no_discount": True,
        }
        payments = (
            self.env["account.payment.register"]
            .with_context(
                **plain,
                active_model="account.move",
                active_ids=(self.older | self.newer).ids,
            )
            .create({"group_payment": True})
            ._create_payments()
        )
        self.assertEqual(payments.amount, 1500)
        self.assertOpen((self.older, 0), (self.newer, 0))

    def test_due_date_moved(self):
        """The date of an invoice has no say in what a payment is for."""
        self._hold_part()
        transaction = self._ask("overdue", 1100)
        self.newer._set_new_due_date(self.today + timedelta(days=14))
        self._settle(transaction)
        self.assertOpen((self.older, 400), (self.newer, 0))
