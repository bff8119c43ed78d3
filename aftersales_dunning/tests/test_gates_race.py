import threading
from unittest.mock import patch

from odoo.modules import module

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.races import SECONDS

from .races import SendingRace


class TestRace(SendingRace):
    """Holds against mails that are just being sent."""

    @feature("I2-55")
    def test_hold_while_batch_is_sent(self):
        """No reminder leaves after the commit, though its batch began before."""
        with self._sending(stop_at=1):
            self._place_hold(3)
            self.assertFalse(self.smtp.names(self.names[3]))
        mails, lines = self._read()
        self.assertEqual(mails, ["sent", "sent", "sent", "cancel", "sent"])
        self.assertEqual(lines, ["sent", "sent", "sent", "ignored", "sent"])
        self.assertFalse(self.smtp.names(self.names[3]))
        for index in (0, 1, 2, 4):
            self.assertEqual(self.smtp.names(self.names[index]), 1)

    def test_hold_that_does_not_see_the_mail(self):
        """A hold whose snapshot is older than the run takes nothing back: the mail is."""
        with (
            self._sending(stop_at=1),
            patch.object(
                self.registry["account.move"], "_stop_reminders", lambda moves: None
            ),
        ):
            self._place_hold(3)
        mails, lines = self._read()
        self.assertEqual(mails, ["sent", "sent", "sent", "cancel", "sent"])
        self.assertEqual(lines, ["sent", "sent", "sent", "ignored", "sent"])
        self.assertFalse(self.smtp.names(self.names[3]))

    def test_partial_hold_while_batch_is_sent(self):
        """A reminder that asks for 1000 does not leave when 600 are due."""
        with (
            self._sending(stop_at=1),
            patch.object(
                self.registry["account.move"], "_stop_reminders", lambda moves: None
            ),
        ):
            self._place_hold(3, scope="amount", amount=400)
        mails, lines = self._read()
        self.assertEqual(mails[3], "cancel")
        self.assertEqual(lines[3], "to_be_sent")
        self.assertFalse(self.smtp.names(self.names[3]))
        with self._transaction() as env:
            line = env["credit.control.line"].browse(self.line_ids[3])
            self.assertEqual(line.balance_due, 600)

    def test_payment_while_batch_is_sent(self):
        """What is settled after the batch began is not asked for; a part is no more."""
        with self._sending(stop_at=1), self._transaction() as env:
            self.env = env
            invoices = env["account.move"].browse(self.invoice_ids)
            self._credit(invoices[3])
            self._credit_by_hand(invoices[4], 250)
        mails, lines = self._read()
        self.assertEqual(mails, ["sent", "sent", "sent", "cancel", "cancel"])
        self.assertEqual(lines, ["sent", "sent", "sent", "ignored", "to_be_sent"])
        for index in (3, 4):
            self.assertFalse(self.smtp.names(self.names[index]))
        with self._transaction() as env:
            line = env["credit.control.line"].browse(self.line_ids[4])
            self.assertEqual(line.balance_due, 750)

    def _credit_by_hand(self, invoice, amount):
        """Post a credit note of an amount, and match it with an invoice."""
        credit = self._new_invoice(
            amount, partner=invoice.partner_id, move_type="out_refund"
        )
        (credit | invoice)._get_term_lines().reconcile()

    def test_hold_of_customer_while_batch_is_sent(self):
        """A hold of the customer is a hold of an invoice that it does not name."""
        with (
            self._sending(stop_at=1),
            patch.object(
                self.registry["account.move"], "_stop_reminders", lambda moves: None
            ),
            self._transaction() as env,
        ):
            self.env = env
            self._hold(
                env["account.move"],
                scope="customer",
                partner_id=self.customers[3].id,
                company_id=self.company.id,
            )
        self.assertEqual(self._read()[0][3], "cancel")
        self.assertFalse(self.smtp.names(self.names[3]))
        with self._transaction() as env:
            env["aftersales.dunning.hold"].search(
                [("scope", "=", "customer"), ("company_id", "=", self.company.id)]
            )._end("by_hand")

    @feature("I2-55")
    def test_hold_waits_for_mail_in_flight(self):
        """The hold commits only when the mail is out, and finds it sent."""
        done = threading.Event()

        def hold():
            self._place_hold(1)
            done.set()

        with self._sending(stop_at=1):
            thread = threading.Thread(target=hold)
            thread.start()
            self._wait_for_lock(1)
            self.assertFalse(done.is_set())
            self.assertFalse(self.smtp.names(self.names[1]))
        thread.join(SECONDS)
        self.assertTrue(done.is_set())
        mails, lines = self._read()
        self.assertEqual(mails, ["sent"] * 5)
        self.assertEqual(lines, ["sent"] * 5)
        self.assertEqual(self.smtp.names(self.names[1]), 1)

    def test_uncommitted_hold(self):
        """While a hold is not committed its mail waits, the others leave."""
        with self._open_hold(3):
            self._send_all()
            self.assertEqual(self._read()[0], ["sent"] * 3 + ["outgoing", "sent"])
        self._send_all()
        self.assertEqual(self._read()[0][3], "cancel")
        self.assertFalse(self.smtp.names(self.names[3]))

    def test_hold_that_is_rolled_back(self):
        """A hold that comes to nothing lets the mail go with the next run."""
        with self._open_hold(3) as env:
            self._send_all()
            env.cr.rollback()
        self.assertEqual(self._read()[0][3], "outgoing")
        self._send_all()
        self.assertEqual(self._read()[0], ["sent"] * 5)
        self.assertEqual(self.smtp.names(self.names[3]), 1)

    def test_two_senders_do_not_stop_each_other(self):
        """Senders share the lock: a mail on its way does not hold up the queue."""
        with self._sending(stop_at=0), self._transaction() as env:
            env["mail.mail"].browse(self.mail_ids[4]).send()
            self.assertEqual(self.smtp.names(self.names[4]), 1)
            self.smtp.go_on.set()

    def test_after_commit_each_mail_is_committed(self):
        """The real sender after a commit keeps no more than one mail uncommitted."""
        self.smtp.stop_at = self.names[3]

        def send():
            with (
                patch.object(module, "current_test", False),
                self._transaction() as env,
            ):
                env["mail.mail"].browse(self.mail_ids).send_after_commit()

        thread = threading.Thread(target=send)
        thread.start()
        try:
            self.assertTrue(self.smtp.reached.wait(SECONDS))
            self.assertEqual(self._read()[0], ["sent"] * 3 + ["outgoing"] * 2)
        finally:
            self.smtp.go_on.set()
            thread.join(SECONDS)
        self.assertEqual(self._read()[0], ["sent"] * 5)
