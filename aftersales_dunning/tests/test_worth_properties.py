from odoo.tests import BaseCase, tagged
from odoo.tools.float_utils import float_round

from odoo.addons.aftersales_case.engine.worths import Line, dispute, get_worths
from odoo.addons.aftersales_case.tests.drawn import drawn, needs_hypothesis, st

from ..engine.disputes import Part, judge

EXAMPLES = 200


def _cent(amount):
    return float_round(amount, precision_rounding=0.01)


@needs_hypothesis
@tagged("post_install", "-at_install")
class TestWorthProperties(BaseCase):
    """What a case disputes is the same money, whoever reckons it."""

    def test_same_money(self):
        """Quantities of lines, and the delivered goods of one case, come to the same."""
        line = st.tuples(
            st.integers(1, 99999), st.integers(1, 12), st.lists(st.integers(1, 12))
        )

        @drawn(
            st.lists(line, min_size=1, max_size=4),
            st.integers(-3, 3),
            examples=EXAMPLES,
        )
        def check(rows, rounding):
            lines, parts, wanted = [], [], {}
            for key, (cents, quantity, deliveries) in enumerate(rows, 1):
                lines.append(Line(key, cents / 100, quantity))
                left = quantity
                for goods in deliveries:
                    part = min(goods, left)
                    parts.append(Part(len(parts), key, 7, part, len(parts), part))
                    left -= part
                if deliveries:
                    wanted[key] = left / quantity
            total = _cent(sum(line.total for line in lines) + rounding / 100)
            worths, rest = get_worths(lines, total, _cent)
            verdict = judge(lines, worths, parts, (), rest=rest, round_amount=_cent)
            found = dict.fromkeys(wanted, 0.0)
            for part in parts:
                found[part.line] += verdict.parts.get(part.id, 0)
            for key, amount in dispute(worths, rest, wanted, _cent).items():
                self.assertAlmostEqual(found[key], amount, 6, (rows, rounding))

        check()
