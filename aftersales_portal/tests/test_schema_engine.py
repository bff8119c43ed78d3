from datetime import date, datetime

from jsonschema import Draft202012Validator

from odoo.tests import BaseCase, tagged

from ..engine import answers, schema
from ..engine.schema import Condition, Question

OPTIONS = (("price", "Price"), ("terms", "Terms"))
ABOUT = Question("about", answers.CHOICE, "About", options=OPTIONS)


def _if(key, operator, *wanted):
    return (Condition(key, operator, list(wanted)),)


@tagged("post_install", "-at_install")
class TestSchema(BaseCase):
    """Forms as JSON Schema: each kind of question, and each kind of condition."""

    def _build(self, *questions, **kwargs):
        built = schema.build(list(questions), **kwargs)
        Draft202012Validator.check_schema(built)
        return built

    def assertAllowed(self, built, table):
        for body, is_allowed in table:
            with self.subTest(body=body):
                self.assertEqual(schema.is_valid(built, body), is_allowed)

    def test_kinds(self):
        """What each kind of question takes, and what it does not."""
        table = {
            answers.TEXT: (
                ["a", " a\n"],
                ["", " \t", "\x00", "\xa0", "\u200a", 1, None],
            ),
            answers.CHAR: (["a"], ["", "x" * 251, []]),
            answers.WHOLE: ([3, 3.0, -1], ["3", 3.5, True, 2**31]),
            answers.NUMBER: ([3, 3.5, 0], ["3", False, 1e300]),
            answers.CHOICE: (["price"], ["x", "Price", 0, ["price"]]),
            answers.YES_NO: ([True, False], ["yes", 0, 1, None]),
            answers.DATE: (["2030-12-31"], ["2030-13-01", "20301231", "1030-01-01"]),
            answers.MOMENT: (
                ["2030-12-31T10:00:00Z", "2030-12-31T10:00:00+02:00"],
                ["2030-12-31", "2030-12-31T10:00:00", "2030-12-31T25:00:00Z"],
            ),
            answers.MANY: ([["price"], ["price", "terms"]], [[], ["x"], "price"]),
            answers.ONE: (["price"], ["x", 1]),
            answers.EMAIL: (
                ["a@b.nl"],
                ["a", "a@b", "a b@c.nl", "a@b.nl\n,", "@b.nl", "a@b.nl*", "<a@b.nl>"],
            ),
            answers.PHONE: (["+31 20 794 0001", "(020) 7940001"], ["x", "12", "+"]),
        }
        for kind, (good, bad) in table.items():
            built = self._build(Question("x", kind, options=OPTIONS))
            self.assertAllowed(built, [({"x": value}, True) for value in good])
            self.assertAllowed(built, [({"x": value}, False) for value in bad])

    def test_nothing_to_choose(self):
        """Of a list that has nothing, nothing can be chosen."""
        for kind in (answers.CHOICE, answers.MANY, answers.ONE):
            built = self._build(Question("x", kind))
            self.assertAllowed(built, [({}, True), ({"x": "a"}, False)])

    def test_required(self):
        """What must be answered, what need not, what nobody asks."""
        built = self._build(Question("a", answers.CHAR, required=True), ABOUT)
        self.assertAllowed(
            built, [({}, False), ({"a": "x"}, True), ({"a": "x", "b": "y"}, False)]
        )
        self.assertNotIn("allOf", built)
        self.assertNotIn("required", self._build(ABOUT))

    def test_one_of(self):
        """A report that says nothing is none."""
        built = self._build(ABOUT, Question("b", answers.CHAR), one_of=["about", "b"])
        self.assertAllowed(built, [({}, False), ({"b": "x"}, True)])

    def test_conditions(self):
        """Each comparison, over each kind of answer."""
        table = [
            (ABOUT, _if("about", "=", "PRICE"), {"price"}, {"terms", None}),
            (ABOUT, _if("about", "!=", "price"), {"terms", None}, {"price"}),
            (ABOUT, _if("about", "in", "price", "terms"), {"price", "terms"}, {None}),
            (ABOUT, _if("about", "not in", "price"), {"terms", None}, {"price"}),
            (ABOUT, _if("about", "set"), {"price"}, {None}),
            (ABOUT, _if("about", "not set"), {None}, {"price"}),
            (
                Question("about", answers.YES_NO),
                _if("about", "=", "no"),
                {False},
                {True},
            ),
            (
                Question("about", answers.NUMBER),
                _if("about", "=", "3"),
                {3},
                {3.1},
            ),
            (
                Question("about", answers.WHOLE),
                _if("about", "=", "nan"),
                set(),
                {3, None},
            ),
            (
                Question("about", answers.CHAR),
                _if("about", "=", "Straße"),
                {" sTRAßE "},
                {"x"},
            ),
            (
                Question("about", answers.ONE, options=(("7", "A"), ("8", "B"))),
                _if("about", "=", "7"),
                {"7"},
                {"8", None},
            ),
        ]
        for question, found, holds, fails in table:
            then = Question("x", answers.CHAR, conditions=found, required=True)
            built = self._build(question, then)
            for value in holds | fails:
                body = {} if value is None else {"about": value}
                self.assertAllowed(
                    built,
                    [(body, value in fails), (body | {"x": "y"}, value in holds)],
                )

    def test_lists(self):
        """A list fulfils a condition when one of it does."""
        tags = Question("tags", answers.MANY, options=OPTIONS)
        then = Question("x", answers.CHAR, conditions=_if("tags", "=", "price"))
        built = self._build(tags, then)
        self.assertAllowed(
            built,
            [
                ({"tags": ["terms", "price"], "x": "y"}, True),
                ({"tags": ["terms"], "x": "y"}, False),
                ({"x": "y"}, False),
            ],
        )

    def test_not_asked(self):
        """A condition on what the form does not ask always holds, or never."""
        then = Question("x", answers.CHAR, conditions=_if("about", "=", "price"))
        self.assertNotIn("x", self._build(then)["properties"])
        built = self._build(then, known={"about": "price"})
        self.assertIn("x", built["properties"])
        self.assertNotIn("allOf", built)
        # What depends on a question that never comes up.
        other = Question("y", answers.CHAR, conditions=_if("x", "set"))
        self.assertEqual(
            list(self._build(then, other, ABOUT._replace(key="z"))["properties"]), ["z"]
        )

    def test_errors(self):
        """Each field that is wrong is named once, with what is wrong."""
        built = self._build(
            ABOUT, Question("n", answers.WHOLE), Question("t", answers.TEXT)
        )
        body = {"about": "x", "n": "3", "t": " ", "more": 1}
        self.assertEqual(
            dict(schema.find_errors(built, body)),
            {"about": "choice", "n": "type", "t": "format", "more": "unknown_field"},
        )
        self.assertEqual(schema.find_errors(built, {"about": "price"}), [])

    def test_values(self):
        """Answers as values of a case; forms without JSON send texts."""
        self.assertEqual(schema.read_value(answers.CHAR, " a  b\n"), "a b")
        self.assertEqual(schema.read_value(answers.WHOLE, 3.0), 3)
        self.assertEqual(
            schema.read_value(answers.DATE, "2030-01-02"), date(2030, 1, 2)
        )
        self.assertEqual(
            schema.read_value(answers.MOMENT, "2030-01-02T10:00:00+02:00"),
            datetime(2030, 1, 2, 8),
        )
        for kind, typed, value in (
            (answers.NUMBER, ["12,5"], 12.5),
            (answers.WHOLE, ["x"], "x"),
            (answers.YES_NO, ["no"], False),
            (answers.MANY, ["a", "", "b"], ["a", "b"]),
            (answers.CHAR, [" "], None),
            (answers.TEXT, [], None),
        ):
            with self.subTest(kind=kind, typed=typed):
                self.assertEqual(schema.read_typed(kind, typed), value)
