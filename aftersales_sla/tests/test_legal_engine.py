from datetime import date
from itertools import permutations

from odoo.tests import BaseCase, tagged

from ..engine.legal import Law, find, is_tied

POLAND, GERMANY, JAPAN = 1, 2, 3
UNION = frozenset({POLAND, GERMANY})
ANSWER, REPAIR = 10, 11
DAY = date(2026, 3, 2)


@tagged("post_install", "-at_install")
class TestLegalEngine(BaseCase):
    """Which law holds, and which two cannot stand beside each other."""

    def test_the_nearer_law_holds(self):
        """Country before group before anywhere; then for such customers before anybody."""
        laws = [
            Law(1, ANSWER),
            Law(2, ANSWER, kind="consumer"),
            Law(3, ANSWER, group=UNION),
            Law(4, ANSWER, country=POLAND),
            Law(5, ANSWER, country=POLAND, kind="consumer"),
            Law(6, REPAIR, group=UNION, kind="consumer"),
        ]
        table = [
            (POLAND, "consumer", {ANSWER: 5, REPAIR: 6}),
            (POLAND, "business", {ANSWER: 4}),
            (GERMANY, "consumer", {ANSWER: 3, REPAIR: 6}),
            (JAPAN, "consumer", {ANSWER: 2}),
            (JAPAN, None, {ANSWER: 1}),
            (None, "business", {ANSWER: 1}),
        ]
        for shuffled in permutations(laws):
            for country, kind, expected in table:
                self.assertEqual(find(shuffled, country, kind, DAY), expected)

    def test_validity(self):
        """A law holds on its first and on its last day."""
        law = Law(1, ANSWER, first=date(2026, 3, 2), last=date(2026, 3, 4))
        days = [
            day for day in range(1, 7) if find([law], None, None, DAY.replace(day=day))
        ]
        self.assertEqual(days, [2, 3, 4])

    def test_ties(self):
        """Two laws tie when one case may have both, and none is nearer."""
        law = Law(1, ANSWER, country=POLAND, kind="consumer", last=date(2022, 12, 31))
        table = [
            (law._replace(last=None), True),
            (law._replace(first=date(2022, 12, 31), last=None), True),
            (law._replace(first=date(2023, 1, 1), last=None), False),
            (law._replace(remedy=REPAIR), False),
            (law._replace(kind=None), False),
            (law._replace(kind="business"), False),
            (law._replace(country=GERMANY), False),
            (law._replace(country=None), False),
            (law._replace(country=None, group=UNION), False),
        ]
        for other, expected in table:
            with self.subTest(other=other):
                self.assertEqual(is_tied(law, other), expected)
                self.assertEqual(is_tied(other, law), expected)
        union = Law(2, ANSWER, group=UNION)
        self.assertTrue(is_tied(union, Law(3, ANSWER, group=frozenset({GERMANY, 9}))))
        self.assertFalse(is_tied(union, Law(3, ANSWER, group=frozenset({9}))))
        self.assertFalse(is_tied(union, Law(3, ANSWER)))
        self.assertTrue(is_tied(Law(2, ANSWER), Law(3, ANSWER)))
