from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..engine.silence import (
    CLOSE,
    KEPT,
    LEFT,
    LIFE,
    LOST,
    REMIND,
    REMINDED,
    WAIT,
    find_next,
    replay,
)

MONDAY, TUESDAY, FRIDAY = (datetime(2026, 3, day) for day in (2, 3, 6))
ASKED, TOLD = (LIFE, MONDAY), [(REMINDED, TUESDAY), (LEFT, TUESDAY)]


@tagged("post_install", "-at_install")
class TestSilenceEngine(BaseCase):
    """What follows from a history, in working days from when."""

    def assertNext(self, events, expected, reminders=(5, 3), close_after=2):
        self.assertEqual(find_next(replay(events), reminders, close_after), expected)

    def test_steps(self):
        """First and second reminder, then closing; each from when the last one left."""
        self.assertNext([ASKED], (REMIND, MONDAY, 5))
        self.assertNext([ASKED, *TOLD], (REMIND, TUESDAY, 3))
        twice = [ASKED, *TOLD, (REMINDED, FRIDAY), (LEFT, FRIDAY)]
        self.assertNext(twice, (CLOSE, FRIDAY, 2))
        self.assertNext(twice, None, close_after=0)
        self.assertNext([ASKED, *TOLD], (CLOSE, TUESDAY, 2), reminders=(5, 0))

    def test_off(self):
        """No days mean never; nor is anything done of who was never heard."""
        self.assertNext([ASKED], None, reminders=(0, 0))
        self.assertNext([], None)

    def test_waits_for_the_mail(self):
        """A reminder that has not left starts nothing."""
        self.assertNext([ASKED, (REMINDED, TUESDAY)], (WAIT, MONDAY, 0))

    def test_over(self):
        """After a lost mail, or a closing that was refused, until the next sign of life."""
        for what in (LOST, KEPT):
            events = [ASKED, *TOLD, (what, FRIDAY)]
            self.assertNext(events, None)
            self.assertNext([*events, (LIFE, FRIDAY)], (REMIND, FRIDAY, 5))
