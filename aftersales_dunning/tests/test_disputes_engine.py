from odoo.tests import BaseCase, tagged

from odoo.addons.aftersales_case.engine.worths import Line, get_worths, split
from odoo.addons.aftersales_dunning.engine.disputes import (
    Claim,
    Credit,
    Part,
    hold_out,
    judge,
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
        self.assertEqual(split(5.0, [0, 0], _cent), [0.0, 5.0])

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

    def test_down_payment_is_worth_nothing(self):
        """It bears no discount; one that no line shares the taxes of all bear."""
        lines = [
            Line(L1, 100, 1, "21"),
            Line(L2, 300, 1, "6"),
            Line(L3, 500, 1, "21", is_apart=True),
            Line(4, -40, 1, "0"),
        ]
        worths, rest = get_worths(lines, 860, _cent)
        self.assertEqual((worths, rest), ({L1: 90, L2: 270}, 0))
        verdict = self._judge(lines, [(L1, A, 1), (L3, A, 1)])
        self.assertEqual(verdict.parts, {0: 90})

    def test_the_last_bears_the_rounding(self):
        """Only where nothing else is left."""
        lines = [Line(L1, 10, 1), Line(L2, 20, 1)]
        verdict = self._judge(lines, [(L1, A, 1), (L2, B, 1)], total=30.05)
        self.assertEqual(verdict.parts, {0: 10, 1: 20.05})
        verdict = self._judge(lines, [(L2, B, 1)], total=30.05)
        self.assertEqual(verdict.parts, {0: 20})

    def test_the_rounding_when_the_last_line_is_credited(self):
        """Somebody set a share of it to nothing: the other line bears it."""
        lines = [Line(L1, 10, 1), Line(L2, 20, 1)]
        verdict = self._judge(
            lines, [(L1, A, 1), (L2, A, 0)], [Credit(9, 20, (L2,), 1)], total=30.05
        )
        self.assertEqual(verdict.parts, {0: 10.05})

    def test_each_who_disputes_all_bears_the_rounding(self):
        """Once by each case, and never below nothing."""
        lines = [Line(L1, 20, 2)]
        parts = [(L1, A, 1), (L1, A, 1), (L1, B, 2)]
        verdict = self._judge(lines, parts, total=20.05)
        self.assertEqual(verdict.parts, {0: 10, 1: 10.05, 2: 20.05})
        self.assertEqual(verdict.limits, {(L1, None): 20.05})
        lines = [Line(L1, 10), Line(L2, 0.01)]
        verdict = self._judge(lines, [(L1, A, 1), (L2, B, 1)], total=9.99)
        self.assertEqual(verdict.parts, {0: 10, 1: 0})

    def test_more_is_disputed_than_there_is(self):
        """Each disputes what it says; together no more than the line."""
        lines = [Line(L1, 1000, 10)]
        verdict = self._judge(lines, [(L1, A, 6, 7, 6), (L1, B, 6, 8, 6)])
        self.assertEqual(verdict.parts, {0: 600, 1: 600})
        self.assertEqual(verdict.limits, {(L1, None): 1000})
        verdict = self._judge(lines, [(L1, A, 3, 7, 3), (L1, B, 2, 7, 3)])
        self.assertEqual(verdict.parts, {0: 300, 1: 200})
        verdict = self._judge(lines, [(L1, A, 5, 7, 3)])  # set by hand
        self.assertEqual(verdict.parts, {0: 500})

    def test_credited_for_more_than_it_cost(self):
        """What is left of the line is due first."""
        lines = [Line(L1, 1000, 10)]
        verdict = self._judge(lines, [(L1, A, 1)], [Credit(9, 900, (L1,), 5)])
        self.assertEqual(verdict.parts, {0: 0})

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
        verdict = self._judge(
            lines, [(L1, A, 10), (L2, A, 4)], [Credit(9, 50, (L1, L2))]
        )
        self.assertEqual(verdict.unclear, {9})

    def test_money_for_the_only_case(self):
        """It comes off what the case disputes, and off what the line may be held for."""
        lines = [Line(L1, 1000, 10), Line(L2, 500, 5)]
        credit = Credit(9, 50, (L1,))
        verdict = self._judge(lines, [(L1, A, 3), (L1, A, 0)], [credit])
        self.assertEqual((verdict.parts, verdict.unclear), ({0: 250}, set()))
        self.assertEqual(verdict.taken, {(A, 9): 50})
        verdict = self._judge(lines, [(L1, A, 10)], [credit])
        self.assertEqual(verdict.limits, {(L1, None): 950})
        verdict = self._judge(lines, [(L1, A, 3)], [Credit(9, 1050, (L1,))])
        self.assertEqual(verdict.limits, {(L1, None): 0})

    def test_money_for_one_line_comes_before_money_for_several(self):
        """In whatever order the credit notes were made."""
        lines = [Line(L1, 1000, 10), Line(L2, 500, 5)]
        credits = [Credit(8, 950, (L1, L2)), Credit(9, 400, (L1,))]
        for order in (credits, credits[::-1]):
            verdict = self._judge(lines, [(L1, A, 10), (L2, A, 5)], order)
            self.assertEqual(verdict.parts, {0: 0, 1: 150})

    def test_money_beside_a_claim_that_names_no_line(self):
        """A credit that names the line of a case is for that; otherwise it is asked."""
        claim = {("hold", 5): set()}
        lines = [Line(L1, 1000, 10), Line(L2, 500, 5)]
        credit = Credit(9, 50, (L1,))
        verdict = self._judge(lines, [(L1, A, 3)], [credit], claimants=claim)
        self.assertEqual((verdict.taken, verdict.unclear), ({(A, 9): 50}, set()))
        both = [(L1, A, 10), (L2, A, 5)]
        verdict = self._judge(lines, both, [Credit(9, 50, (L1, L2))], claimants=claim)
        self.assertEqual(verdict.unclear, {9})
        verdict = self._judge(lines[:1], [(L1, A, 3)], [credit], claimants=claim)
        self.assertEqual(verdict.unclear, {9})
        # Nothing is left to the case, and the other one knew the first credit.
        credits = [Credit(8, 100, (L1,)), credit]
        verdict = self._judge(
            lines[:1], [(L1, A, 1)], credits, claimants={("hold", 5): {8}}
        )
        self.assertEqual(verdict.taken, {(A, 8): 100, (("hold", 5), 9): 50})

    def test_goods_credited_beside_a_claim_that_names_no_line(self):
        """They are what it disputes, unless they were those of a case."""
        claim = {("hold", 5): set()}
        lines, credits = [Line(L1, 1000, 10)], [Credit(9, 100, (L1,), 1)]
        verdict = self._judge(lines, [], credits, claimants=claim)
        self.assertEqual(verdict.taken, {(("hold", 5), 9): 100})
        verdict = self._judge(lines, [], credits, claimants=claim, taken_goods={L1})
        self.assertFalse(verdict.taken or verdict.unclear)

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
        claims = [Claim(A, {L1: 300}), Claim(B, {L1: 200}, 100)]
        self.assertEqual(hold_out(claims, {}, 1000, _cent), {A: 300, B: 100})
