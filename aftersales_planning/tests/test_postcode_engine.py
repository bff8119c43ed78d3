from odoo.tests import BaseCase, tagged

from ..engine.postcode import Postcodes, Range, get_overlaps, is_span, normalise

# Postcode, from, to, whether it lies there.
TABLE = [
    ("3511 KM", "3500", "3599", True),
    ("3599zz", "3500", "3599", True),
    ("3600 AA", "3500", "3599", False),
    ("3499 ZZ", "3500", "3599", False),
    ("3511 KM", "3511 K", "3511 L", True),
    ("3511 KM", "3511 KN", "3511 ZZ", False),
    ("61-001", "60-000", "62-999", True),
    ("61 001", "60", "62", True),
    ("63-001", "60", "62", False),
    ("20095", "20", "22", True),
    ("01067", "01", "09", True),
    ("10115", "01", "09", False),
    ("1000-205", "1000", "1999", True),
    ("2000-001", "1000", "1999", False),
    ("SW9 8QQ", "SW2", "SW10", True),
    ("SW10 0AA", "SW2", "SW10", True),
    ("sw98qq", "SW2", "SW10", True),
    ("SW100AA", "SW9", "SW9", False),
    ("SW1A 1AA", "SW2", "SW10", False),
    ("SW1A 1AA", "SW1", "SW1", True),
    ("SW10 0AA", "SW1", "SW1", False),
    ("SW1A 1AA", "SW", "SW", True),
    ("SWX 1AA", "SW", "SW", False),
    ("AD500", "AD100", "AD700", True),
    ("3511 KM", "", "3599", True),
    ("9999", "3500", "", True),
    ("3511 KM", "", "", True),
    ("", "", "", False),
    ("---", "", "", False),
]


@tagged("post_install", "-at_install")
class TestPostcodeEngine(BaseCase):
    """Postcodes as people write them, and the ranges of regions."""

    def test_table(self):
        for zip_code, first, last, expected in TABLE:
            with self.subTest(zip_code, first=first, last=last):
                found = Postcodes([Range(first, last, 0, "here")]).find(zip_code)
                self.assertEqual(found, "here" if expected else None)

    def test_normalise(self):
        for text, expected in (
            ("3511 km", "3511KM"),
            (" 61-001 ", "61001"),
            ("sw1a 1aa", "SW1A1AA"),
            (None, ""),
        ):
            self.assertEqual(normalise(text), expected)

    def test_overlaps(self):
        """Two ranges overlap when one postcode lies in both; ends count."""
        for one, other, expected in (
            (("3500", "3599"), ("3600", "3699"), False),
            (("3500", "3599"), ("3599", "3699"), True),
            (("3500", "3599"), ("3599 AA", "3599 AZ"), True),
            (("", "3599"), ("3600", ""), False),
            (("", ""), ("3600", "3601"), True),
            (("SW1", "SW2"), ("SW10", "SW12"), False),
            (("10", "19"), ("1", "1"), True),
        ):
            with self.subTest(one=one, other=other):
                spans = [Range(*one, 0, 1), Range(*other, 0, 2)]
                for ranges in (spans, spans[::-1]):
                    found = [set(pair) for pair in get_overlaps(ranges)]
                    self.assertEqual(found, [{1, 2}] if expected else [])

    def test_span(self):
        self.assertTrue(is_span("3511", "3511"))
        self.assertTrue(is_span("3511 AA", "3511"))
        self.assertFalse(is_span("3600", "3599"))
        self.assertTrue(is_span("", ""))

    def test_innermost(self):
        """The deeper region holds, the others where it has no postcodes."""
        table = Postcodes(
            [
                Range("", "", 0, "country"),
                Range("3500", "3599", 1, "province"),
                Range("3511", "3512", 2, "city"),
                Range("3512", "3514", 2, "city"),
                Range("3540", "3541", 2, "suburb"),
            ]
        )
        for zip_code, expected in (
            ("1012 AB", "country"),
            ("3505 XX", "province"),
            ("3511 KM", "city"),
            ("3513 AA", "city"),
            ("3541", "suburb"),
            ("3542", "province"),
        ):
            self.assertEqual(table.find(zip_code), expected, zip_code)
