import threading

from odoo.exceptions import UserError

from odoo.addons.aftersales_case.tests.races import SECONDS

from .races import SendingRace


class TestRaceLetter(SendingRace):
    """Holds against letters that are just being printed."""

    def test_letter_and_hold(self):
        """A letter is not printed while its invoice is just being held, or after."""

        def print_it(env):
            line = env["credit.control.line"].browse(self.line_ids[2])
            line.communication_id._get_printable()

        with self._open_hold(2), self._transaction() as env:
            with self.assertRaisesRegex(UserError, "just being held"):
                print_it(env)
        with self._transaction() as env:
            line = env["credit.control.line"].browse(self.line_ids[2])
            self.assertEqual(line.state, "ignored")

    def test_letter_of_an_older_transaction(self):
        """What was held or credited since it began, and it does not see, is not printed."""
        with self._transaction() as old:
            lines = old["credit.control.line"].browse(self.line_ids)
            letters = [line.communication_id for line in lines]
            self.assertEqual(lines.mapped("due_now"), [1000] * 5)
            with self._transaction() as env:
                self.env = env
                moves = env["account.move"].browse(self.invoice_ids)
                self._hold(moves[0])
                self._hold(moves[1], scope="amount", amount=400)
                self._credit(moves[2], price=1)
            for index, text in (
                (0, self.names[0]),
                (1, "just changed"),
                (2, "paid"),
            ):
                with self.assertRaisesRegex(UserError, text):
                    letters[index]._get_printable()
            self.assertEqual(letters[3]._get_printable(), letters[3])

    def test_hold_waits_for_letter(self):
        """From the check of a letter to the end of its request holds wait."""
        with self._transaction() as env:
            line = env["credit.control.line"].browse(self.line_ids[2])
            line.communication_id._get_printable()
            thread = threading.Thread(target=self._place_hold, args=(2,))
            thread.start()
            self._wait_for_lock(2)
        thread.join(SECONDS)
        self.assertFalse(thread.is_alive())
