from odoo.tests import BaseCase, tagged
from odoo.tools.float_utils import float_round

from ..engine.worths import Line, dispute, get_worths
from .drawn import drawn, needs_hypothesis, st

EXAMPLES = 200


def _cent(amount):
    return float_round(amount, precision_rounding=0.01)


@tagged("post_install", "-at_install")
class TestWorthsEngine(BaseCase):
    """What of the lines of an invoice is disputed, from plain values."""

    def test_example(self):
        """150 off 1500: ten of ten ovens are 900, three grills of ten 135."""
        lines = [Line(1, 1000, 10), Line(2, 500, 10), Line(3, -150)]
        worths, rest = get_worths(lines, 1350.01, _cent)
        self.assertEqual(dispute(worths, rest, {1: 0, 2: 0.7}, _cent), {1: 900, 2: 135})
        self.assertEqual(dispute(worths, rest, {1: 0}, _cent), {1: 900})
        self.assertEqual(dispute(worths, rest, {}, _cent), {})
        self.assertEqual(
            dispute(worths, rest, {1: 0, 2: 0}, _cent),
            {1: 900, 2: 450.01},
            "the rounding of the document goes with the last line",
        )

    @needs_hypothesis
    def test_properties(self):
        """What is disputed and what is due add up, to the cent, whatever is asked for."""
        cents = st.integers(1, 99999).map(lambda number: number / 100)
        line = st.tuples(cents, st.sampled_from((0.0, 1 / 3, 0.5, 2 / 3, 0.9, 1.0)))

        @drawn(
            st.lists(line, min_size=1, max_size=5),
            st.integers(0, 50),
            st.integers(-5, 5),
            st.integers(1, 31),
            examples=EXAMPLES,
        )
        def check(rows, off, rounding, chosen):
            lines = [Line(key, total) for key, (total, _due) in enumerate(rows, 1)]
            before = _cent(sum(line.total for line in lines))
            if off:
                lines.append(Line(99, -_cent(before * off / 100)))
            total = _cent(sum(line.total for line in lines) + rounding / 100)
            worths, rest = get_worths(lines, total, _cent)
            due = {
                key: share
                for key, (_total, share) in enumerate(rows, 1)
                if chosen >> (key - 1) & 1
            }
            amounts = dispute(worths, rest, due, _cent)
            self.assertEqual(amounts.keys(), due.keys())
            is_all = all(due.get(key, 1) == 0 for key in worths)
            owed = total - sum(amounts.values())
            if is_all:
                self.assertAlmostEqual(owed, min(total, 0))
                return
            for key, amount in amounts.items():
                self.assertTrue(0 <= amount <= max(worths[key], 0))
                self.assertEqual(amount, _cent(amount))
                self.assertAlmostEqual(
                    amount, max(worths[key] - _cent(worths[key] * due[key]), 0)
                )
            undisputed = sum(worths[key] - amounts[key] for key in amounts)
            others = sum(worths[key] for key in worths.keys() - amounts.keys())
            self.assertAlmostEqual(owed, undisputed + others + rest)

        check()
