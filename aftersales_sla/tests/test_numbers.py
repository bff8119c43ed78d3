"""Under which number a cycle is known when a merge lays others before it."""

from datetime import datetime

from odoo.tests import BaseCase

from ..engine.numbers import Run, keep_numbers


def _at(hour):
    return hour and datetime(2026, 3, 2, hour)


def _runs(*spans):
    return [
        Run(number, _at(start), _at(end))
        for number, (start, end) in enumerate(spans, start=1)
    ]


class TestNumbers(BaseCase):
    def test_kept(self):
        """A cycle keeps the number it had; others get one that nobody had."""
        for known, replayed, numbers in (
            # Nothing was known, or nothing came between.
            ([], [(8, 9), (10, None)], [1, 2]),
            ([(8, 9)], [(8, 9), (10, None)], [1, 2]),
            # Another case's before it, and a new one behind.
            ([(10, None)], [(8, 9), (10, 11), (12, None)], [2, 1, 3]),
            ([(10, 11), (12, 13)], [(8, 9), (10, 11), (12, 13)], [3, 1, 2]),
            # Its start is the earlier report of the other one.
            ([(10, None)], [(8, None)], [1]),
            # It was moved to after the end.
            ([(8, 9)], [(10, 10)], [1]),
            # Two became one: the number of the second is not given away.
            ([(10, 11), (12, 13)], [(8, 13), (14, None)], [1, 3]),
        ):
            with self.subTest(known=known, replayed=replayed):
                found = keep_numbers(_runs(*replayed), _runs(*known))
                self.assertEqual(found, numbers)
