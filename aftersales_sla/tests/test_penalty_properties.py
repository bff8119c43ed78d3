from datetime import datetime, timedelta
from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.aftersales_case.engine.working_time import WorkingTime
from odoo.addons.aftersales_case.tests.drawn import drawn, needs_hypothesis, st
from odoo.addons.aftersales_case.tests.working_times import get_intervals

from ..engine.penalty import (
    BREACH,
    DAY,
    HOUR,
    Claim,
    allocate,
    get_late,
    get_most,
    round_to,
)

EXAMPLES = 200
DUE = datetime(2026, 3, 26, 14, 0)  # summer time begins on the Sunday after
MINUTES = 14 * 1440


@needs_hypothesis
class TestPenaltyProperties(BaseCase):
    """Whatever happens: more lateness never costs less, and no limit is passed."""

    def _check(self, compare, *strategies):
        values = (strategy() for strategy in strategies)
        drawn(*values, examples=EXAMPLES)(compare)()

    def test_monotone_in_lateness(self):
        times = {
            name: WorkingTime(get_intervals(name, DUE), zone)
            for name, zone in (
                ("S", "Europe/Amsterdam"),
                ("J", "Europe/Berlin"),
                ("U", "Europe/Amsterdam"),
            )
        }

        def compare(drawn):
            name, per, grace, pauses, ends = drawn
            time = times[name]
            # A pause that lasts when it is counted is counted until then.
            units = [
                get_late(
                    per,
                    time,
                    time,
                    DUE,
                    DUE + end,
                    [(a, min(b, DUE + end)) for a, b in pauses if a < DUE + end],
                    grace,
                )
                for end in sorted(ends)
            ]
            counted = [late.units for late in units]
            self.assertEqual(counted, sorted(counted))
            for late, end in zip(units, sorted(ends), strict=True):
                self.assertEqual(bool(late.since), bool(late.units))
                if late.next_at and not pauses:
                    self.assertGreater(late.next_at, DUE + end)
                    later = get_late(per, time, time, DUE, late.next_at, (), grace)
                    self.assertEqual(later.units, late.units + 1)

        self._check(compare, _draw_lateness)

    def test_within_limits(self):
        def compare(drawn):
            claims, caps, step = drawn
            granted, left = allocate(claims, caps)
            for claim in claims:
                amount = granted[claim.key]
                self.assertGreaterEqual(amount, 0)
                self.assertLessEqual(amount, claim.amount)
                self.assertEqual(amount, round_to(amount, step))
                most = get_most(claim, None, amount, left)
                self.assertTrue(most is None or most >= amount)
            for bucket, cap in caps.items():
                parts = [
                    granted[claim.key] for claim in claims if bucket in claim.buckets
                ]
                self.assertLessEqual(sum(parts), cap)
                self.assertEqual(sum(parts) + left[bucket], cap)

        self._check(compare, _draw_claims)

    def test_own_part_grows(self):
        """A claim that grows is never given less, and the first ones nothing less."""

        def compare(drawn):
            claims, caps, _step = drawn
            before, _left = allocate(claims, caps)
            for number, claim in enumerate(claims):
                grown = list(claims)
                grown[number] = claim._replace(amount=claim.amount + 7)
                after, _left = allocate(grown, caps)
                self.assertGreaterEqual(after[claim.key], before[claim.key])
                for earlier in claims[:number]:
                    self.assertEqual(after[earlier.key], before[earlier.key])

        self._check(compare, _draw_claims)


def _draw_lateness():
    @st.composite
    def draw(choose):
        minutes = st.integers(0, MINUTES).map(lambda n: timedelta(minutes=n))
        bounds = sorted(choose(st.lists(minutes, max_size=4, unique=True)))
        pauses = zip(bounds[::2], bounds[1::2], strict=False)
        return (
            choose(st.sampled_from("SJU")),
            choose(st.sampled_from((BREACH, HOUR, DAY))),
            choose(st.sampled_from((0, 1, 1800, 8 * 3600))),
            [(DUE + a, DUE + b) for a, b in pauses],
            choose(st.lists(minutes, min_size=2, max_size=6)),
        )

    return draw()


def _draw_claims():
    @st.composite
    def draw(choose):
        step = choose(st.sampled_from([Decimal("0.01"), Decimal("0.05"), Decimal(1)]))
        amounts = st.integers(0, 40).map(lambda n: n * step)
        keys = st.sampled_from("ABC"), st.sampled_from("mn")
        claims = [
            Claim(
                number,
                choose(amounts),
                tuple(choose(key) for key in keys),
            )
            for number in range(choose(st.integers(1, 8)))
        ]
        caps = choose(st.dictionaries(st.sampled_from("ABCmn"), amounts))
        return claims, caps, step

    return draw()
