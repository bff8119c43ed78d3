import json

from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.engine import conditions

from ..engine import answers
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
