import os
import random
import threading
import time
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.races import SECONDS

from .races import SendingRace

# How often mails and new terms meet; AFTERSALES_ROUNDS=30 tries harder.
ROUNDS = int(os.environ.get("AFTERSALES_ROUNDS", "5"))
PART = 400


class TermsRace(SendingRace):
    """Invoices get new terms while reminders about them are being sent.

    One of the customers has an invoice of which a part was held when it was reminded.
    """

    def _hold_part(self, index):
        """Commit a hold of a part, before the reminder: it asks for the rest."""
        with self._transaction() as env:
            self.env = env
            move = env["account.move"].browse(self.invoice_ids[index])
            return self._hold(move, scope="amount", amount=PART).id

    def _queue_again(self):
        """Put what was stopped into the queue again, by the names of this round."""
        with self._transaction() as env:
            lines = env["credit.control.line"].browse(self.line_ids)
            ready = lines.filtered(lambda line: line.state == "to_be_sent")
            made = env["credit.control.communication"]._generate_comm_from_credit_lines(
                ready
            )
            with patch.object(
                self.registry["mail.mail"], "send_after_commit", lambda mails: None
            ):
                made._generate_emails()
            mails = env["mail.mail"].search(
                [
                    ("model", "=", made._name),
                    ("res_id", "in", lines.communication_id.ids),
                ]
            )
            by_comm = {
                mail.res_id: mail.id for mail in mails if mail.state == "outgoing"
            }
            self.mail_ids = [by_comm[line.communication_id.id] for line in lines]

    # === New terms, each in a transaction of its own === #

    def _change(self, change):
        """Commit a change as a request does; return when it was committed."""
        with self._transaction() as env, mute_logger("odoo.sql_db"):
            retrying(lambda: change(env), env)
        return time.monotonic()

    def _move_date(self, index):
        def change(env):
            move = env["account.move"].browse(self.invoice_ids[index])
            move.invoice_date_due = self.today + timedelta(days=14)

        return self._change(change)

    def _hold_and_end(self, index, terms):
        """Hold the whole invoice and end that at once, as a mistake is undone."""

        def change(env):
            self.env = env
            hold = self._hold(env["account.move"].browse(self.invoice_ids[index]))
            hold._release_by_hand(terms)

        return self._change(change)

    def _give_date(self, index):
        return self._hold_and_end(index, {"release_policy": "new_due", "due_days": 14})

    def _let_wait(self, index):
        return self._hold_and_end(index, {"release_policy": "wait", "wait_days": 7})

    def _give_back(self, hold_id):
        def change(env):
            hold = env["aftersales.dunning.hold"].browse(hold_id)
            hold._release_by_hand({"release_policy": "go_on"})

        return self._change(change)

    def _read_line(self, index):
        with self._transaction() as env:
            line = env["credit.control.line"].browse(self.line_ids[index])
            return line.state, line.balance_due


class TestTermsRace(TermsRace):
    """Nothing that was prepared against the new terms leaves after their commit."""

    @feature("I2-57")
    def test_while_batch_is_sent(self):
        """The batch began before: what got new terms meanwhile stays, the rest leaves."""
        for change in (self._move_date, self._give_date, self._let_wait):
            with self.subTest(change=change.__name__):
                self._queue_reminders()
                self.smtp.reached.clear()
                self.smtp.go_on.clear()
                with self._sending(stop_at=1):
                    change(3)
                    self.assertFalse(self.smtp.names(self.names[3]))
                self.assertFalse(self.smtp.names(self.names[3]))
                for index in (0, 1, 2, 4):
                    self.assertEqual(self.smtp.names(self.names[index]), 1)
                mails, lines = self._read()
                self.assertEqual(mails, ["sent", "sent", "sent", "cancel", "sent"])
                self.assertEqual(lines, ["sent", "sent", "sent", "ignored", "sent"])

    @feature("I2-57")
    def test_part_that_comes_back(self):
        """A mail about the rest does not leave when all is due again."""
        hold_id = self._hold_part(3)
        self._queue_again()
        self.assertEqual(self._read_line(3), ("queued", 600))
        with self._sending(stop_at=1):
            self._give_back(hold_id)
        self.assertFalse(self.smtp.names(self.names[3]))
        self.assertEqual(self._read_line(3), ("to_be_sent", 1000))
        self._queue_again_only(3)
        self._send_all()
        [text] = [text for text in self.smtp.delivered if self.names[3] in text]
        self.assertIn("1,000.00", text)

    def _queue_again_only(self, index):
        self.line_ids = [self.line_ids[index]]
        self._queue_again()

    def test_date_that_others_do_not_see(self):
        """The gate reads what was committed since, though nobody took the mail back."""
        for change in (self._move_date, self._give_date):
            with self.subTest(change=change.__name__):
                self._queue_reminders()
                self.smtp.reached.clear()
                self.smtp.go_on.clear()
                moves = self.registry["account.move"]
                with (
                    self._sending(stop_at=1),
                    patch.object(moves, "_stop_reminders", lambda moves: None),
                ):
                    change(3)
                self.assertFalse(self.smtp.names(self.names[3]))
                self.assertEqual(self._read()[0][3], "cancel")
                self.assertEqual(self._read_line(3)[0], "ignored")

    def test_date_waits_for_mail_in_flight(self):
        """A new date is committed only when the mail is out, and finds it sent."""
        done = threading.Event()

        def change():
            self._move_date(1)
            done.set()

        with self._sending(stop_at=1):
            thread = threading.Thread(target=change)
            thread.start()
            self._wait_for_lock(1)
            self.assertFalse(done.is_set())
        thread.join(SECONDS)
        self.assertTrue(done.is_set())
        self.assertEqual(self._read()[1], ["sent"] * 5)

    def test_letter(self):
        """A letter is not printed while its invoice gets a new date, or after."""

        def print_it(env):
            line = env["credit.control.line"].browse(self.line_ids[2])
            line.communication_id._get_printable()

        with self._transaction() as env:
            move = env["account.move"].browse(self.invoice_ids[2])
            move.invoice_date_due = self.today + timedelta(days=14)
            env.flush_all()
            with self._transaction() as other:
                with self.assertRaisesRegex(UserError, "just being held"):
                    print_it(other)
        with self._transaction() as env:
            line = env["credit.control.line"].browse(self.line_ids[2])
            self.assertEqual(line.state, "ignored")
            self.assertFalse(line.communication_id)

    @feature("I2-57")
    def test_rounds(self):
        """Whenever the terms change: no mail leaves after, none is lost, none goes twice."""
        chance = random.Random(10)
        for number in range(ROUNDS):
            # It logs what is tried again, and what waits for the next run of the queue.
            with self.subTest(round=number), mute_logger("odoo.sql_db"):
                self._check_round(chance)

    def _check_round(self, chance):
        """Let a sender and changes of three of five invoices meet at some moment."""
        self._queue_reminders()
        hold_id = self._hold_part(4)
        self._queue_again()
        self.smtp.delivered.clear()
        self.smtp.times.clear()
        changes = [
            (chance.choice((self._move_date, self._give_date, self._let_wait)), 1),
            (chance.choice((self._move_date, self._give_date, self._let_wait)), 3),
            (lambda _index: self._give_back(hold_id), 4),
        ]
        chance.shuffle(changes)
        pauses = [chance.random() * 0.2 for _change in changes]
        errors = []

        def send():
            try:
                self._send_all()
            except Exception as error:
                errors.append(error)

        thread = threading.Thread(target=send)
        thread.start()
        moments = {}
        for (change, index), pause in zip(changes, pauses, strict=True):
            time.sleep(pause)
            moments[index] = change(index)
        thread.join(SECONDS)
        self.assertFalse(thread.is_alive())
        self.assertFalse(errors)
        self._send_all()  # the queue comes again
        for index, moment in moments.items():
            self.assertFalse(self.smtp.names_after(self.names[index], moment))
        self._assert_round(moments)

    def _assert_round(self, moments):
        """Assert that lines and mails agree with what was delivered."""
        for index, name in enumerate(self.names):
            left = self.smtp.names(name)
            state, amount = self._read_line(index)
            self.assertLessEqual(left, 1)
            if left:
                self.assertEqual(state, "sent", name)
            elif index == 4:
                self.assertEqual((state, amount), ("to_be_sent", 1000))
            else:
                self.assertIn(index, moments)
                self.assertEqual(state, "ignored")
