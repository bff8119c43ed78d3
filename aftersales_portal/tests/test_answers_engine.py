from datetime import date, datetime

from odoo.tests import BaseCase, tagged

from ..engine import answers


@tagged("post_install", "-at_install")
class TestAnswers(BaseCase):
    """What customers type, turned into values."""

    def test_values(self):
        """Every kind, as people of several countries write it."""
        table = [
            (answers.WHOLE, " 1 200 ", 1200),
            (answers.NUMBER, "1.234,50", 1234.5),
            (answers.NUMBER, "1,234.50", 1234.5),
            (answers.NUMBER, "12,5", 12.5),
            (answers.NUMBER, "-3", -3.0),
            (answers.YES_NO, "no", False),
            (answers.YES_NO, "yes", True),
            (answers.CHOICE, "a", "a"),
            (answers.CHAR, " two\n words ", "two words"),
            (answers.TEXT, " two\n lines ", "two\n lines"),
            (answers.DATE, "2030-12-31", date(2030, 12, 31)),
            (answers.MOMENT, "2030-12-31T08:30", datetime(2030, 12, 31, 8, 30)),
            (answers.EMAIL, "a.b@c.example", "a.b@c.example"),
            (answers.CHAR, "  ", None),
            (answers.WHOLE, "", None),
        ]
        for kind, typed, value in table:
            with self.subTest(kind=kind, typed=typed):
                self.assertEqual(answers.read(kind, typed, ("a", "b")), value)
        self.assertEqual(
            answers.read(answers.MANY, ["b", "a", "b"], ("a", "b")), ["b", "a"]
        )
        self.assertIsNone(answers.read(answers.MANY, [], ("a",)))

    def test_refused(self):
        """What means nothing is said to be that, whatever it is."""
        table = [
            (answers.WHOLE, "1.5", answers.WHOLE),
            (answers.WHOLE, "many", answers.WHOLE),
            (answers.NUMBER, "1e9", answers.NUMBER),
            (answers.NUMBER, "nan", answers.NUMBER),
            (answers.NUMBER, "99999999999", answers.NUMBER),
            (answers.YES_NO, "perhaps", answers.CHOICE),
            (answers.CHOICE, "c", answers.CHOICE),
            (answers.MANY, ["a", "c"], answers.CHOICE),
            (answers.DATE, "31.12.2030", answers.DATE),
            (answers.DATE, "0001-01-01", answers.DATE),
            (answers.MOMENT, "2030-12-31T08:30+01:00", answers.MOMENT),
            (answers.EMAIL, "a@b", answers.EMAIL),
            (answers.EMAIL, "a@b.example, c@d.example", answers.EMAIL),
        ]
        for kind, typed, code in table:
            with self.subTest(kind=kind, typed=typed):
                with self.assertRaises(answers.AnswerError) as caught:
                    answers.read(kind, typed, ("a", "b"))
                self.assertEqual(caught.exception.code, code)
