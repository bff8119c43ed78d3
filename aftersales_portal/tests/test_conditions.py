import json

from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.engine import conditions

from ..engine import answers, schema
from .common import PortalSetup

# {kind of question: (what is typed, what is wanted)}
TYPED = {
    answers.TEXT: (["Wet", " wet ", "", "1", "01", "1.0", "yes"], ["wet", "1", "yes"]),
    answers.CHAR: (["a  b", "A b", "1,0", "x", ""], ["a b", "1.0", "x"]),
    answers.NUMBER: (
        ["1", "1.0", "1,0", "1.234,5", "1'234.5", "1,234,5", "0", "-0", "x", "", "1e3"],
        ["1", "1234.5", "0", "1e0", "0x1", "x", "1000", "."],
    ),
    answers.WHOLE: (
        ["2", "2.5", "2,0", "02", "9" * 13, ""],
        ["2", "2.0", "2.5", "two"],
    ),
    answers.YES_NO: (["yes", "no", ""], ["yes", "No", "true", "0", "1", "maybe"]),
    answers.CHOICE: (["a", "B", ""], ["A", "b", "1"]),
    answers.DATE: (["2025-01-31", ""], ["2025-01-31", "2025"]),
}
OPTIONS = ("a", "B")
MODULE = "@aftersales_portal/interactions/case_form.esm"
CODE = """
const {holds} = odoo.loader.modules.get("%s");
const wrong = %s.filter(
    ([condition, typed, kind, expected]) =>
        holds(condition, typed, kind) !== expected
);
if (wrong.length) {
    console.error(JSON.stringify(wrong));
} else {
    console.log("test successful");
}
"""
# On pages of others, by the schema of the form.
ELSEWHERE = "@aftersales_portal/embed/answers.esm"
JUDGE = """
const {judge, readAnswer} = odoo.loader.modules.get("%s");
const wrong = %s.flatMap(([schema, kind, cases]) => cases.filter(([typed, expected]) => {
    const answer = readAnswer(kind, typed);
    const {hidden} = judge(schema, answer === undefined ? {} : {asked: answer});
    const isAsked = "then" in schema.properties && !hidden.has("then");
    return isAsked !== expected;
}));
if (wrong.length) {
    console.error(JSON.stringify(wrong));
} else {
    console.log("test successful");
}
"""


@tagged("post_install", "-at_install")
class TestConditions(PortalSetup, HttpCase):
    """What a page shows at once is what the server asks for."""

    def _read(self, kind, typed):
        try:
            return answers.read(kind, typed, OPTIONS)
        except answers.AnswerError:
            return None

    def _get_table(self):
        rows = []
        for kind, (typed_texts, wanted_texts) in TYPED.items():
            wanted_lists = [[one] for one in wanted_texts] + [wanted_texts[:2], []]
            for typed in typed_texts:
                value = self._read(kind, typed)
                for wanted in wanted_lists:
                    for operator, _label in conditions.OPERATORS:
                        expected = conditions.holds(operator, value, wanted)
                        condition = {"operator": operator, "wanted": wanted}
                        rows.append([condition, [typed], kind, expected])
        return rows

    def test_same(self):
        """The judge of the server and the one of the page agree, case by case."""
        rows = self._get_table()
        self.assertGreater(len(rows), 900)
        both = {expected for _condition, _typed, _kind, expected in rows}
        self.assertEqual(both, {True, False})
        self.browser_js(
            "/my/cases",
            CODE % (MODULE, json.dumps(rows)),
            ready=f'odoo.loader.modules.has("{MODULE}")',
            login=self.anna.login,
            timeout=120,
        )

    def _get_schemas(self, rows):
        """Return ``[(schema of a form, kind, [(typed, whether it asks)])]``."""
        forms = {}
        for condition, typed, kind, expected in rows:
            operator, wanted = condition["operator"], condition["wanted"]
            cases = forms.setdefault((kind, operator, tuple(wanted)), [])
            cases.append((typed, expected))
        options = tuple((key, key) for key in OPTIONS)
        return [
            (
                schema.build(
                    [
                        schema.Question("asked", kind, options=options),
                        schema.Question(
                            "then",
                            answers.TEXT,
                            conditions=(
                                schema.Condition("asked", operator, list(wanted)),
                            ),
                        ),
                    ]
                ),
                kind,
                cases,
            )
            for (kind, operator, wanted), cases in forms.items()
        ]

    def test_same_elsewhere(self):
        """So is what a form on a page of others shows."""
        rows = self._get_table()
        self.assertGreater(len(rows), 900)
        self.browser_js(
            "/my/cases",
            JUDGE % (ELSEWHERE, json.dumps(self._get_schemas(rows))),
            ready=f'odoo.loader.modules.has("{ELSEWHERE}")',
            login=self.anna.login,
            timeout=120,
        )
