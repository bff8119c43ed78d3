from odoo.tests import BaseCase, tagged

from odoo.addons.aftersales_dunning.engine.disputes import (
    Claim,
    Credit,
    Line,
    Part,
    get_worths,
    hold_out,
    judge,
    split,
)

L1, L2, L3 = 1, 2, 3
A, B = 11, 12


def _cent(amount):
    return round(amount + 1e-9, 2)


@tagged("post_install", "-at_install")
class TestDisputesEngine(BaseCase):
    """What is disputed of one invoice, from plain values."""

    def _judge(self, lines, parts, credits=(), total=None, **options):
        total = sum(line.total for line in lines) if total is None else total
        worths, rest = get_worths(lines, total, _cent)
        parts = [Part(number, *part) for number, part in enumerate(parts)]
        return judge(
            lines, worths, parts, credits, rest=rest, round_amount=_cent, **options
        )

    def test_money_adds_up(self):
        """Thirds of 100.00 are 33.33, 33.34 and 33.33: together 100.00."""
        self.assertEqual(split(100.0, [1, 1, 1], _cent), [33.33, 33.34, 33.33])
        self.assertEqual(split(100.0, [1, 2], _cent)[0], 33.33)
        self.assertEqual(split(0.0, [1, 1], _cent), [0.0, 0.0])

    def test_discount_is_spread_over_lines_of_its_taxes(self):
        """100 off the lines at 21 %: the line at 6 % bears nothing of it."""
        lines = [
            Line(L1, 605, 5, "21"),
            Line(L2, 1815, 5, "21"),
            Line(L3, 530, 5, "6"),
            Line(4, -242, 1, "21"),
            Line(5, -300, 1, "21", is_apart=True),
        ]
        worths, rest = get_worths(lines, 2408.02, _cent)
        self.assertEqual(worths, {L1: 544.5, L2: 1633.5, L3: 530})
        self.assertEqual(rest, 0.02)

    def test_the_last_bears_the_rounding(self):
        """Only where nothing else is left."""
        lines = [Line(L1, 10, 1), Line(L2, 20, 1)]
        verdict = self._judge(lines, [(L1, A, 1), (L2, B, 1)], total=30.05)
        self.assertEqual(verdict.parts, {0: 10, 1: 20.05})
        verdict = self._judge(lines, [(L2, B, 1)], total=30.05)
        self.assertEqual(verdict.parts, {0: 20})

    def test_one_delivery_is_disputed_once(self):
        """Two cases about the same 3 of 10: each disputes them, both hold them once."""
        lines = [Line(L1, 1000, 10)]
        verdict = self._judge(lines, [(L1, A, 3, 7, 3), (L1, B, 3, 7, 3)])
        self.assertEqual(verdict.parts, {0: 300, 1: 300})
        self.assertEqual(verdict.limits, {(L1, 7): 300})
        claims = [
            Claim(case, {verdict.keys[number]: verdict.parts[number]})
            for number, case in enumerate((A, B))
        ]
        held = hold_out(claims, verdict.limits, 1000, _cent)
        self.assertEqual(held, {A: 300, B: 0})
        self.assertEqual(hold_out(claims[1:], verdict.limits, 1000, _cent), {B: 300})

    def test_money_for_one_of_two_is_not_clear(self):
        """Two cases about one line, or one case about one of two possible lines."""
        lines = [Line(L1, 1000, 10), Line(L2, 500, 5)]
        credit = Credit(9, 50, (L1,))
        verdict = self._judge(lines, [(L1, A, 3), (L1, B, 4)], [credit])
        self.assertEqual(verdict.unclear, {9})
        self.assertEqual(verdict.parts, {0: 300, 1: 400})
        verdict = self._judge(lines, [(L1, A, 3)], [Credit(9, 50, (L1, L2))])
        self.assertEqual(verdict.unclear, {9})
        both = [(L1, A, 10), (L2, A, 5)]
        verdict = self._judge(lines, both, [Credit(9, 50, (L1, L2))])
        self.assertEqual(verdict.unclear, set())
        self.assertEqual(sum(verdict.parts.values()), 1450)

    def test_money_for_a_claim_that_names_no_line(self):
        """Clear on an invoice of one line; a credit that it knew is none."""
        claim = {("hold", 5): set()}
        verdict = self._judge([Line(L1, 1000)], [], [Credit(9, 50, (L1,))])
        self.assertFalse(verdict.taken or verdict.unclear)
        verdict = self._judge(
            [Line(L1, 1000)], [], [Credit(9, 50, (L1,))], claimants=claim
        )
        self.assertEqual(verdict.taken, {(("hold", 5), 9): 50})
        lines = [Line(L1, 1000), Line(L2, 300)]
        verdict = self._judge(lines, [], [Credit(9, 50, (L1,))], claimants=claim)
        self.assertEqual(verdict.unclear, {9})
        claim = {("hold", 5): {9}}
        verdict = self._judge(lines, [], [Credit(9, 50, (L1,))], claimants=claim)
        self.assertFalse(verdict.taken or verdict.unclear)

    def test_what_was_answered_is_not_asked_again(self):
        """The credit stays with what somebody said."""
        lines = [Line(L1, 1000, 10)]
        credit = Credit(9, 50, (L1,), is_answered=True)
        verdict = self._judge(lines, [(L1, A, 3)], [credit])
        self.assertEqual(verdict.parts, {0: 300})
        self.assertFalse(verdict.taken or verdict.unclear)

    def test_payments_leave_what_is_held(self):
        """Two claims above what is open: the first comes first, the whole has the rest."""
        claims = [Claim(A, {}, 300), Claim(B, is_whole=True)]
        self.assertEqual(hold_out(claims, {}, 1000, _cent), {A: 300, B: 700})
        self.assertEqual(hold_out(claims, {}, 200, _cent), {A: 200, B: 0})
        self.assertEqual(hold_out(claims, {}, -5, _cent), {A: 0, B: 0})
