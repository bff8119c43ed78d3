from datetime import datetime, timedelta

from odoo.tests import BaseCase

from ..engine.board import count_minutes, find_gaps


def at(hour, day=2):
    return datetime(2026, 3, day, hour)


MORNING, AFTERNOON = (at(8), at(12)), (at(13), at(17))

# id, spans, least gap in hours, gaps
GAPS = [
    ("nothing", [], None, [(at(0), at(20))]),
    (
        "a working day",
        [AFTERNOON, MORNING],
        None,
        [(at(0), at(8)), (at(12), at(13)), (at(17), at(20))],
    ),
    (
        "no lunch in a wide window",
        [MORNING, AFTERNOON],
        2,
        [(at(0), at(8)), (at(17), at(20))],
    ),
    ("all of it", [(at(0), at(20))], None, []),
    (
        "beyond both ends",
        [(at(20, 1), at(9)), (at(15), at(9, 3))],
        None,
        [(at(9), at(15))],
    ),
    ("overlapping", [(at(0), at(10)), (at(9), at(20))], None, []),
]
# id, spans, minutes on the 2nd and the 3rd
MINUTES = [
    ("none", [], 0, 0),
    ("over midnight", [(at(22), at(3, 3))], 120, 180),
    ("counted once", [(at(8), at(10)), (at(9), at(11))], 180, 0),
]
DAYS = [(day, at(0, day), at(0, day + 1)) for day in (2, 3)]


class TestBoardEngine(BaseCase):
    def test_gaps(self):
        for name, spans, least, gaps in GAPS:
            with self.subTest(name):
                least = least and timedelta(hours=least)
                self.assertEqual(find_gaps(spans, at(0), at(20), least), gaps)

    def test_minutes(self):
        for name, spans, second, third in MINUTES:
            with self.subTest(name):
                self.assertEqual(count_minutes(spans, DAYS), [second, third])
