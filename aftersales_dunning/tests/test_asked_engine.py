from odoo.tests import BaseCase, tagged

from ..engine.asked import get_payable


@tagged("post_install", "-at_install")
class TestAskedEngine(BaseCase):
    """How much of an invoice a payment pays that was asked for some time ago."""

    def test_table(self):
        """Asked and kept off then, open and in review now: what is paid."""
        table = [
            # asked, kept off, open, out -> paid
            ((600, 400, 1000, 400), 600),  # nothing happened
            ((1000, 0, 1000, 400), 1000),  # held since: he paid the whole
            ((600, 400, 1000, 700), 600),  # more is held since
            ((600, 400, 1000, 0), 600),  # released since
            ((600, 400, 400, 400), 0),  # the undisputed was paid since
            ((600, 400, 700, 400), 300),  # a part of it was
            ((600, 400, 200, 200), 0),  # and a part of the disputed
            ((600, 400, 400, 0), 400),  # released and paid in part since
            ((600, 400, 0, 0), 0),  # nothing is open
            ((0, 400, 400, 400), 0),
            ((-50, 400, 1000, 400), 0),  # more was captured than asked for
        ]
        for values, paid in table:
            with self.subTest(values=values):
                self.assertEqual(get_payable(*values), paid)
