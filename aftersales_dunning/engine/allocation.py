"""Which delivered goods stand on which invoice line: values in, values out, no ORM.

Core keeps no such link. What it prints as the lots of an invoice is first in, first
out, so this is what the customer sees on paper, and what is replayed here, one sale
line at a time:

* deliveries go in order of date and id, less what came back of them;
* what came back stays billed until it is credited;
* invoice lines and credits go in order of their ids: timestamps of one transaction are
  all the same, and the clock is never asked;
* an invoice line takes the oldest goods that are not billed yet;
* a credit note gives back what the line that it reverses has: first what was never
  delivered, then what is complained about, then the goods that line got last; they
  wait for the next invoice line;
* a credit of the price frees no goods: it is money. Goods are credited at what they
  were billed at, to within one rounding unit, or at the same unit price and discount;
* what came back before it was billed was never credited;
* what is delivered after it was billed goes to the oldest line that still waits for it.

All quantities are in one unit, that of the sale line.
"""

from collections import defaultdict
from dataclasses import dataclass, field

# Quantities, and unit prices in proportion, that differ by less are the same.
EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Delivery:
    """Goods of one stock move that stayed with the customer, or came back (``qty`` < 0).

    ``order`` sorts deliveries; ``origin`` is the id of the move that a return undoes.
    """

    id: int
    qty: float
    order: tuple = ()
    origin: int | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """One posted line of an invoice, or of a credit note (``qty`` < 0).

    ``invoice`` is the document it stands on, ``reverses`` the one that a credit note
    reverses, ``matched`` those that it is reconciled with. ``price`` is the net price of
    one unit; ``net`` and ``total`` are the amounts of the line, without and with tax,
    and ``terms`` its unit price and discount as entered. ``steps`` says how finely it was
    entered, where that was in another unit: quantities, and unit prices.
    """

    id: int
    qty: float
    price: float
    invoice: int
    reverses: int | None = None
    net: float | None = None
    total: float | None = None
    terms: tuple | None = None
    matched: tuple = ()
    steps: tuple = (0.0, 0.0)

    def is_priced_as(self, other, rounding):
        """Say whether a credit takes goods off at the price of an invoice line."""
        if self.terms and other.terms:
            pairs = zip(self.terms, other.terms, strict=True)
            (price, billed), (discount, given) = pairs
            slack = (self.steps[1] + other.steps[1]) / 2
            if self.steps == other.steps:
                slack = 0.0  # nobody had to convert the price
            if _is_close(discount, given) and (
                _is_close(price, billed) or abs(price - billed) < slack
            ):
                return True
        amounts = [(self.net, other.net), (self.total, other.total)]
        if self.net is None or other.net is None:
            amounts = [(self.price * self.qty, other.price * other.qty)]
        part = abs(self.qty / other.qty)
        return any(
            abs(abs(mine) - abs(billed) * part) <= rounding * max(part, 1) + EPSILON
            for mine, billed in amounts
            if mine is not None and billed is not None
        )


@dataclass(frozen=True, slots=True)
class Credited:
    """Goods of a delivery that a credit note took off an invoice line."""

    credit: int
    bill: int
    qty: float


@dataclass(slots=True)
class Allocation:
    """What ``allocate`` found out about one sale line."""

    # {(delivery id, bill id): quantity}, in the order in which lines took their goods
    shares: dict = field(default_factory=dict)
    # {delivery id: quantity that no invoice line bills}
    unbilled: dict = field(default_factory=dict)
    # {delivery id: quantity that was billed, and is billed no more}
    settled: dict = field(default_factory=dict)
    # {delivery id: [Credited]}: by which credits, the oldest first
    settled_by: dict = field(default_factory=dict)
    # The same of all goods that were ever credited, whether billed again or not
    credited_by: dict = field(default_factory=dict)
    # {(credit id, bill id): quantity that the credit takes off the line}
    credits: dict = field(default_factory=dict)
    # ids of the credits that reduce the price and no quantity
    money_credits: list = field(default_factory=list)
    # {id of such a credit: ids of the lines that it may be for}
    money_lines: dict = field(default_factory=dict)

    def is_exact(self, delivery_id):
        """Say whether first in, first out was no guess for a delivery.

        It is none when there is but one delivery in play, or but one invoice line that
        bills all of them.
        """
        mine = [key for key in self.shares if key[0] == delivery_id]
        deliveries = {key[0] for key in self.shares} | set(self.unbilled)
        bills = {key[1] for key in self.shares}
        is_sole_bill = len(bills) == 1 and not self.unbilled
        return bool(mine) and (len(deliveries) == 1 or is_sole_bill)


def allocate(deliveries, bills, rounding=0.01, disputed=()):
    """Say which goods stand on which invoice line.

    :param deliveries: ``Delivery`` iterable of one sale line, returns included
    :param bills: ``Bill`` iterable of the same sale line, posted ones only
    :param rounding: the smallest amount of the currency
    :param disputed: ``[(delivery id, quantity)]`` that is complained about, in the order
        in which it is credited
    :returns: ``Allocation``
    """
    lines = sorted(bills, key=lambda bill: bill.id)
    replay = _Replay(deliveries, disputed)
    result = Allocation()
    for bill in lines:
        if bill.qty > 0:
            replay.bill(bill)
            continue
        credited = _get_credited(bill, [x for x in lines if x.id in replay.taken])
        same = [line for line in credited if bill.is_priced_as(line, rounding)]
        if credited and not same:
            result.money_credits.append(bill.id)
            result.money_lines[bill.id] = tuple(line.id for line in credited)
        else:
            others = [line for line in credited if line not in same]
            replay.credit(bill.id, -bill.qty, same + others, bill.steps[0] / 2)
    replay.finish()
    for bill_id, goods in replay.taken.items():
        for delivery_id, quantity in goods.items():
            if quantity > EPSILON:
                result.shares[delivery_id, bill_id] = quantity
    result.unbilled = {k: qty for k, qty in replay.pool.items() if qty > EPSILON}
    result.credits = dict(replay.credits)
    result.settled_by = replay.get_settled()
    result.credited_by = replay.get_settled(replay.credited)
    result.settled = {
        key: sum(part.qty for part in parts) for key, parts in result.settled_by.items()
    }
    return result


class _Replay:
    """The goods of one sale line while its invoice lines are gone through."""

    def __init__(self, deliveries, disputed=()):
        # What is complained about: delivery, quantity, and how much with those before.
        self.disputed, upto = [], defaultdict(float)
        for key, quantity in disputed:
            upto[key] += quantity
            self.disputed.append((key, quantity, upto[key]))
        ordered = sorted(deliveries, key=lambda item: (item.order, item.id))
        # {delivery id: what is with the customer and not billed}, the oldest first
        self.pool = {item.id: item.qty for item in ordered if item.qty > 0}
        self.returned = defaultdict(float)  # what came back, by delivery
        # By delivery, ``[credit, bill, qty]`` that was credited and not billed again.
        self.freed = defaultdict(list)
        self.credited = defaultdict(list)  # the same, whether billed again or not
        self.undelivered = []  # the same of what was credited, but not with the customer
        self.credits = defaultdict(float)  # (credit id, bill id) -> qty
        self.taken = {}  # bill id -> {delivery id: qty}
        self.waiting = {}  # bill id -> qty billed that is not delivered
        for item in ordered:
            if item.qty < 0:
                self._take_back(item)

    def _take_back(self, item):
        """Let goods come back: from the delivery named, else from the last ones."""
        left = -item.qty
        for key in [item.origin, *reversed(self.pool)]:
            gone = min(left, self.pool.get(key, 0))
            if gone:
                self.pool[key] -= gone
                self.returned[key] += gone
                left -= gone

    def bill(self, bill):
        """Let an invoice line take the oldest goods; it waits for what is missing."""
        self.taken[bill.id] = {}
        self.waiting[bill.id] = self._take(self.pool, bill.id, bill.qty)

    def _take(self, pool, bill_id, quantity):
        """Move goods to an invoice line; return how much it still waits for."""
        goods = self.taken[bill_id]
        for key, available in pool.items():
            moved = min(available, quantity)
            if moved > EPSILON:
                pool[key] -= moved
                goods[key] = goods.get(key, 0) + moved
                quantity -= moved
                if pool is self.pool:
                    self._bill_again(key, moved)
        return quantity

    def _bill_again(self, key, quantity):
        """Forget the oldest credits of goods that stand on an invoice line again."""
        for part in self.freed[key]:
            again = min(part[2], quantity)
            part[2] -= again
            quantity -= again

    def credit(self, credit_id, quantity, lines, slack=0.0):
        """Free what is credited: the undelivered, the disputed, what was taken last.

        :param slack: what is complained about is credited when no more is missing
        """
        for line in lines:
            part = min(self.waiting[line.id], quantity)
            if part > EPSILON:
                self.waiting[line.id] -= part
                self.credits[credit_id, line.id] += part
                self.undelivered.append([credit_id, line.id, part])
                quantity -= part
        for line in lines:
            for key in [key for key in self.taken[line.id] if key < 0]:
                quantity -= self._free(credit_id, line.id, key, quantity)
        for line in lines:
            for key, wanted, upto in self.disputed:
                known = sum(part[2] for part in self.freed[key])
                most = min(wanted, max(upto - known, 0))
                if quantity > EPSILON and abs(most - quantity) < slack:
                    quantity = min(most, self.taken[line.id].get(key, 0))
                most = min(most, quantity)
                quantity -= self._free(credit_id, line.id, key, most)
        for line in lines:
            for key in reversed(list(self.taken[line.id])):
                quantity -= self._free(credit_id, line.id, key, quantity)

    def _free(self, credit_id, line_id, key, most):
        """Take goods of a delivery off an invoice line; return how much that was."""
        goods = self.taken[line_id]
        part = min(goods.get(key, 0), most)
        if part <= EPSILON:
            return 0
        goods[key] -= part
        self.pool[key] += part
        self.credits[credit_id, line_id] += part
        self.freed[key].append([credit_id, line_id, part])
        self.credited[key].append([credit_id, line_id, part])
        return part

    def get_settled(self, freed=None):
        """Return ``{delivery id: [Credited]}``: billed once, and billed no more.

        What came back and was credited is among it; what came back before it was billed
        was never credited.

        :param freed: what was credited; default is what is not billed again
        """
        freed = self.freed if freed is None else freed
        result = defaultdict(list)
        credited = [list(part) for part in self.undelivered]
        for key in self.pool:
            left = self.returned[key]
            for part in credited:
                gone = min(part[2], left)
                if gone > EPSILON:
                    result[key].append(Credited(part[0], part[1], gone))
                    part[2] -= gone
                    left -= gone
            for credit, bill, quantity in freed[key]:
                if quantity > EPSILON:
                    result[key].append(Credited(credit, bill, quantity))
        return dict(result)

    def finish(self):
        """Give what was delivered late to the lines that wait for it.

        What they then still wait for is what came back and was never credited.
        """
        for pool in (self.pool, self.returned):
            for bill_id, quantity in self.waiting.items():
                self.waiting[bill_id] = self._take(pool, bill_id, quantity)


def _get_credited(credit, lines):
    """Return the invoice lines that a credit may concern, the likeliest first."""
    named = [line for line in lines if line.invoice == credit.reverses]
    named = named or [line for line in lines if line.invoice in credit.matched]
    return named or list(reversed(lines))


def _is_close(one, other):
    return abs(one - other) <= EPSILON * max(abs(one), abs(other), 1)


def concern(wanted, shares, again=()):
    """Spread a quantity that is complained about over where the goods are billed.

    What was credited and billed again stands on the invoice lines that came after the
    credit, the rest on the first ones.

    :param wanted: quantity complained about, of one delivery
    :param shares: ``[(bill id, quantity)]`` of that delivery, in order
    :param again: ``[(credit id, quantity)]`` of it that was credited and billed again
    :returns: ``{bill id: quantity}``; the rest is not billed yet
    """
    left, result = dict(shares), defaultdict(float)
    turns = [
        ([bill_id for bill_id in left if bill_id > credit_id], quantity)
        for credit_id, quantity in again
    ]
    for bill_ids, most in [*turns, (list(left), wanted)]:
        for bill_id in bill_ids:
            part = min(wanted, most, left[bill_id])
            if part > EPSILON:
                result[bill_id] += part
                left[bill_id] -= part
                most -= part
                wanted -= part
    return {bill_id: result[bill_id] for bill_id, _qty in shares if bill_id in result}


def spread_due(open_amounts, held):
    """Say what is due of each instalment when a part of the invoice is held.

    The hold lies on what falls due last, so that what is due first can be paid.

    :param open_amounts: ``[(key, open amount)]``, the first due first
    :param held: amount held of the whole invoice
    :returns: ``{key: amount that may be asked for}``
    """
    budget = sum(amount for _key, amount in open_amounts) - held
    result = defaultdict(float)
    for key, amount in open_amounts:
        part = max(min(amount, budget), 0)
        result[key] += part
        budget -= part
    return dict(result)


def spread_layers(open_amounts, layers):
    """Say on which instalments the parts of an invoice lie, what is due first first.

    :param open_amounts: ``[(key, open amount)]``, the first due first
    :param layers: ``[(name, amount)]``, in the order in which they are to be paid
    :returns: ``{(key, name): amount}`` for each of them, also where that is nothing
    """
    result, left = {}, dict(open_amounts)
    for name, amount in layers:
        for key, room in left.items():
            part = max(min(room, amount), 0.0)
            result[key, name] = part
            amount -= part
            left[key] = room - part
    return result
