from collections import defaultdict
from dataclasses import dataclass, replace

from odoo.tests import BaseCase, tagged
from odoo.tools.float_utils import float_round

from odoo.addons.aftersales_case.engine.worths import Line, get_worths
from odoo.addons.aftersales_dunning.engine.allocation import (
    Bill,
    Delivery,
    allocate,
    concern,
)
from odoo.addons.aftersales_dunning.engine.disputes import (
    Claim,
    Credit,
    Part,
    hold_out,
    judge,
)

try:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
except ImportError:
    st = None

EXAMPLES = 150
INVOICE = 1


def _cent(amount):
    return float_round(amount, precision_rounding=0.01)


@dataclass(frozen=True)
class Sold:
    """A line of the order: at what price, and which pieces were delivered in turn."""

    price: float
    discount: float
    deliveries: tuple
    returned: int  # of the first delivery, before it was billed

    @property
    def quantity(self):
        return sum(self.deliveries) - self.returned


@dataclass(frozen=True)
class World:
    """An order of one invoice, what is complained about, credited and paid."""

    lines: tuple  # Sold
    rate: float
    included: bool
    discount: float  # of the whole order, as a part of it
    rounding: int  # of cash, in cents
    cases: tuple  # (line, delivery, quantity)
    credits: tuple  # (line, quantity or None, price)
    paid: float  # part of what is open

    def get_amounts(self, quantity, price, discount=0.0):
        """Return the net amount and the total of a line, as Odoo rounds them."""
        base = quantity * price * (1 - discount / 100)
        if self.included:
            total = _cent(base)
            return _cent(total / (1 + self.rate)), total
        net = _cent(base)
        return net, _cent(net + _cent(net * self.rate))


@dataclass
class Outcome:
    """What is held of the invoice, and what its parts are worth."""

    parts: dict
    held: dict
    limits: dict
    keys: dict
    total: float
    residual: float
    undisputed: float
    has_money: bool
    unclear: set  # numbers of the credits


def _play(world):
    """Let the engines say what is held, as the models do."""
    bills, lines, deliveries = _bill(world)
    credited = sum(_price(world, credit)[1] for credit in world.credits)
    allocations = {
        key: allocate(deliveries[key], [bills[key], *_get_credit_bills(world, key)])
        for key in bills
    }
    credits, money = [], False
    for number, credit in enumerate(world.credits, 100):
        key, quantity, _unit = credit
        amount = _price(world, credit)[1]
        allocation = allocations[key]
        if number in allocation.money_credits:
            money = True
            credits.append(Credit(number, amount, allocation.money_lines[number]))
        for (credit_id, bill_id), part in allocation.credits.items():
            if credit_id == number:
                share = _cent(amount * part / quantity)
                credits.append(Credit(number, share, (bill_id,), part))
    total = _cent(sum(line.total for line in lines) + world.rounding / 100)
    worths, rest = get_worths(lines, total, _cent)
    parts = _get_parts(world, allocations)
    verdict = judge(lines, worths, parts, credits, rest=rest, round_amount=_cent)
    residual = max(_cent(total - credited), 0)
    residual = _cent(residual - _cent(residual * world.paid))
    amounts = defaultdict(lambda: defaultdict(float))
    for part in parts:
        amounts[part.case][verdict.keys[part.id]] += verdict.parts[part.id]
    claims = [Claim(case, dict(amounts[case])) for case in sorted(amounts)]
    held = hold_out(claims, verdict.limits, residual, _cent)
    taken = defaultdict(float)
    for credit in credits:
        if credit.quantity:
            taken[credit.lines[0]] += credit.quantity
    undisputed = 0.0
    asked, wanted = defaultdict(float), defaultdict(float)
    for part in parts:
        wanted[part.line, part.goods, part.room] += part.quantity
    for (line_id, _goods, room), quantity in wanted.items():
        asked[line_id] += min(quantity, room)
    is_covered = True
    for line in lines:
        if line.id in worths:
            left = max(line.quantity - taken[line.id], 0)
            free = max(left - asked[line.id], 0)
            value = worths[line.id] - sum(
                credit.amount for credit in credits if credit.lines == (line.id,)
            )
            is_covered &= free < 1e-6 or not _cent(value)
            if asked[line.id]:
                value = min(value, _cent(worths[line.id] * free / line.quantity))
            undisputed += max(_cent(value), 0)
    if not (is_covered and parts):
        undisputed += rest
    return Outcome(
        verdict.parts,
        held,
        verdict.limits,
        verdict.keys,
        total,
        residual,
        max(_cent(undisputed), 0),
        money,
        verdict.unclear,
    )


def _bill(world):
    """Return the invoice: ``{line: Bill}``, ``[Line]``, ``{line: [Delivery]}``."""
    bills, lines, deliveries = {}, [], {}
    for key, sold in enumerate(world.lines, 10):
        net, total = world.get_amounts(sold.quantity, sold.price, sold.discount)
        terms = (sold.price, sold.discount)
        bills[key] = Bill(
            key,
            sold.quantity,
            net / sold.quantity,
            INVOICE,
            net=net,
            total=total,
            terms=terms if key % 2 else None,
        )
        lines.append(Line(key, total, sold.quantity))
        goods = [
            Delivery(key * 100 + number, quantity, (number,))
            for number, quantity in enumerate(sold.deliveries)
        ]
        if sold.returned:
            goods.append(Delivery(key * 100 + 99, -sold.returned, (99,), key * 100))
        deliveries[key] = goods
    if world.discount:
        net, total = world.get_amounts(
            1, _cent(sum(bill.net for bill in bills.values()) * world.discount)
        )
        lines.append(Line(90, -total))
    return bills, lines, deliveries


def _price(world, credit):
    key, quantity, unit = credit
    sold = world.lines[key - 10]
    if unit is None:
        return world.get_amounts(quantity, sold.price, sold.discount)
    return world.get_amounts(quantity, unit)


def _get_credit_bills(world, key):
    result = []
    for number, credit in enumerate(world.credits, 100):
        line, quantity, unit = credit
        if line == key:
            net, total = _price(world, credit)
            sold = world.lines[key - 10]
            terms = (sold.price, sold.discount) if unit is None else (unit, 0.0)
            result.append(
                Bill(
                    number,
                    -quantity,
                    net / quantity,
                    number,
                    reverses=INVOICE,
                    net=net,
                    total=total,
                    terms=terms if key % 2 else None,
                )
            )
    return result


def _get_parts(world, allocations):
    """Return the shares of the cases: less what was credited, the first case first."""
    left = {
        delivery: [[part, part.qty] for part in parts]
        for allocation in allocations.values()
        for delivery, parts in allocation.settled_by.items()
    }
    parts = []
    for case, (key, number, wanted) in enumerate(world.cases, 1):
        delivery = key * 100 + number
        for pair in left.get(delivery, ()):
            gone = min(pair[1], wanted)
            pair[1] -= gone
            wanted -= gone
        own = [
            (bill, quantity)
            for (found, bill), quantity in allocations[key].shares.items()
            if found == delivery
        ]
        for bill, quantity in concern(wanted, own).items():
            room = dict(own)[bill]
            parts.append(Part(len(parts) + 1, bill, case, quantity, delivery, room))
    return parts


def _get_worlds():
    """Return the strategy that draws worlds."""

    @st.composite
    def draw_world(draw):
        lines = tuple(
            Sold(
                draw(st.integers(1_000, 900_000)) / 1000,
                draw(st.sampled_from((0.0, 0.0, 3.0, 15.0, 33.33, 7.25))),
                deliveries := tuple(
                    draw(st.lists(st.integers(2, 9), min_size=1, max_size=3))
                ),
                draw(st.integers(0, deliveries[0] - 1)),
            )
            for _number in range(draw(st.integers(1, 3)))
        )
        keys = st.integers(10, 9 + len(lines))
        cases = []
        for _number in range(draw(st.integers(0, 3))):
            key = draw(keys)
            sold = lines[key - 10]
            number = draw(st.integers(0, len(sold.deliveries) - 1))
            cases.append((key, number, draw(st.integers(1, sold.deliveries[number]))))
        credits, left = [], [sold.quantity for sold in lines]
        for _number in range(draw(st.integers(0, 3))):
            key = draw(keys)
            sold = lines[key - 10]
            most = left[key - 10]
            if most < 1:
                continue
            quantity = draw(st.integers(1, most))
            if draw(st.booleans()):
                credits.append((key, quantity, None))
                left[key - 10] -= quantity
            else:  # less than a quarter of the price, so that it is money for sure
                net = sold.price * (1 - sold.discount / 100)
                credits.append((key, quantity, round(net / 4 / len(lines), 3)))
        return World(
            lines,
            draw(st.sampled_from((0.0, 0.06, 0.15, 0.19, 0.21))),
            draw(st.booleans()),
            draw(st.sampled_from((0.0, 0.0, 0.05, 0.1))),
            draw(st.integers(-2, 2)),
            tuple(cases),
            tuple(credits),
            draw(st.sampled_from((0.0, 0.0, 0.3, 1.0))),
        )

    return draw_world()


@tagged("post_install", "-at_install")
class TestAllocationProperties(BaseCase):
    """What holds for whatever is sold, billed, credited and complained about.

    Worlds are drawn, the same ones each time.
    """

    def _check(self, check, **changes):
        if st is None:
            self.skipTest("hypothesis is not installed")

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(_get_worlds())
        def run(world):
            check(replace(world, **changes))

        run()

    def test_nothing_is_held_twice(self):
        """No part is negative, no line is held for more, nor is the invoice."""

        def check(world):
            outcome = _play(world)
            for part_id, amount in outcome.parts.items():
                self.assertGreaterEqual(amount, 0)
                limit = outcome.limits[outcome.keys[part_id]]
                if not outcome.has_money:
                    self.assertLessEqual(amount, limit + 1e-6)
            self.assertLessEqual(sum(outcome.limits.values()), outcome.total + 1e-6)
            for amount in outcome.held.values():
                self.assertGreaterEqual(amount, 0)
            held = sum(outcome.held.values())
            self.assertLessEqual(held, outcome.residual + 1e-6)

        self._check(check)

    def test_what_nobody_disputes_is_due(self):
        """To the cent; and nothing else is."""

        def check(world):
            goods = tuple(credit for credit in world.credits if credit[2] is None)
            outcome = _play(replace(world, credits=goods))
            due = outcome.residual - sum(outcome.held.values())
            self.assertAlmostEqual(due, outcome.undisputed, 6)

        self._check(check, paid=0.0, discount=0.0)

    def test_what_nobody_disputes_is_due_beside_discounts(self):
        """A discount of the whole order lies on what is disputed, and on the rest."""

        def check(world):
            outcome = _play(world)
            due = outcome.residual - sum(outcome.held.values())
            self.assertAlmostEqual(due, outcome.undisputed, 6)

        self._check(check, paid=0.0, credits=())

    def test_payments_pay_the_undisputed_first(self):
        """What is held does not get less before that is paid."""

        def check(world):
            before = _play(replace(world, paid=0.0))
            after = _play(world)
            held = sum(before.held.values())
            self.assertAlmostEqual(
                sum(after.held.values()), min(held, after.residual), 6
            )

        self._check(check)

    def test_order_does_not_matter(self):
        """Credits in whatever order: as much is held, as much is due."""

        def check(world):
            self.assertHeldAlike(world, replace(world, credits=world.credits[::-1]))

        self._check(check)

    def test_order_of_complaints(self):
        """Where it is as clear what credits are for, as much is held, whoever was first.

        Credited goods are those of the first complaint; of how many cases some are left
        decides whether it is clear whom a credit of money is for. Where it is not, no
        dispute gets smaller.
        """

        def check(world):
            turned = replace(world, cases=world.cases[::-1])
            if _play(world).unclear == _play(turned).unclear:
                self.assertHeldAlike(world, turned)

        self._check(check)
        lines = (Sold(1.0, 0, (2,), 0), Sold(1.0, 0, (4,), 0))
        cases = ((11, 0, 1), (11, 0, 2))
        credits = ((11, 1, 0.125), (11, 1, None))
        world = World(lines, 0.0, False, 0.0, 0, cases, credits, 0.0)
        unclear = replace(world, cases=cases[::-1])
        self.assertEqual(sum(_play(world).held.values()), 1.87)
        self.assertEqual(sum(_play(unclear).held.values()), 2)
        self.assertTrue(_play(unclear).unclear)

    def assertHeldAlike(self, world, other):
        """Fail if the two hold different amounts."""
        self.assertAlmostEqual(
            sum(_play(world).held.values()), sum(_play(other).held.values()), 6
        )
