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
