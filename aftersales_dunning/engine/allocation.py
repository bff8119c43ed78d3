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
  delivered, then the goods that line got last; they wait for the next invoice line;
* a credit of the price frees no goods: it is money;
* what is delivered after it was billed goes to the oldest line that still waits for it.

All quantities are in one unit, that of the sale line.
"""

from collections import defaultdict
from dataclasses import dataclass, field

# Quantities and unit prices that differ by less are the same.
EPSILON = 1e-6
PRICE_DIGITS = 4


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
    reverses, ``price`` the net price of one unit.
    """

    id: int
    qty: float
    price: float
    invoice: int
    reverses: int | None = None


@dataclass(slots=True)
class Allocation:
    """What ``allocate`` found out about one sale line."""

    # {(delivery id, bill id): quantity}, in the order in which lines took their goods
    shares: dict = field(default_factory=dict)
    # {delivery id: quantity that no invoice line bills}
    unbilled: dict = field(default_factory=dict)
    # {delivery id: quantity that came back or was credited, and is billed no more}
    settled: dict = field(default_factory=dict)
    # ids of the credits that reduce the price and no quantity
    money_credits: list = field(default_factory=list)

    def is_exact(self, delivery_id):
        """Say whether first in, first out was no guess for a delivery.

        It is none when there is but one delivery or but one invoice line in play.
        """
        mine = [key for key in self.shares if key[0] == delivery_id]
        deliveries = {key[0] for key in self.shares} | set(self.unbilled)
        bills = {key[1] for key in self.shares}
        return bool(mine) and (len(deliveries) == 1 or len(bills) == 1)


def allocate(deliveries, bills):
    """Say which goods stand on which invoice line.

    :param deliveries: ``Delivery`` iterable of one sale line, returns included
    :param bills: ``Bill`` iterable of the same sale line, posted ones only
    :returns: ``Allocation``
    """
    lines = sorted(bills, key=lambda bill: bill.id)
    replay = _Replay(deliveries)
    result = Allocation()
    for bill in lines:
        if bill.qty > 0:
            replay.bill(bill)
            continue
        credited = _get_credited(bill, [x for x in lines if x.id in replay.taken])
        if _is_money(bill, credited):
            result.money_credits.append(bill.id)
        else:
            replay.credit(-bill.qty, credited)
    replay.finish()
    for bill_id, goods in replay.taken.items():
        for delivery_id, quantity in goods.items():
            if quantity > EPSILON:
                result.shares[delivery_id, bill_id] = quantity
    result.unbilled = {k: qty for k, qty in replay.pool.items() if qty > EPSILON}
    result.settled = {
        key: quantity
        for key in replay.pool
        if (quantity := replay.returned[key] + replay.freed[key]) > EPSILON
    }
    return result


class _Replay:
    """The goods of one sale line while its invoice lines are gone through."""

    def __init__(self, deliveries):
        ordered = sorted(deliveries, key=lambda item: (item.order, item.id))
        # {delivery id: what is with the customer and not billed}, the oldest first
        self.pool = {item.id: item.qty for item in ordered if item.qty > 0}
        self.returned = defaultdict(float)  # what came back, by delivery
        self.freed = defaultdict(float)  # what was credited and not billed again
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
                    self.freed[key] = max(self.freed[key] - moved, 0)
        return max(quantity, 0)

    def credit(self, quantity, lines):
        """Free what is credited: first the undelivered, then what was taken last."""
        for line in lines:
            undelivered = min(self.waiting[line.id], quantity)
            self.waiting[line.id] -= undelivered
            quantity -= undelivered
        for line in lines:
            goods = self.taken[line.id]
            for key in reversed(list(goods)):
                freed = min(goods[key], quantity)
                goods[key] -= freed
                self.pool[key] += freed
                self.freed[key] += freed
                quantity -= freed

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
    return named or list(reversed(lines))


def _is_money(credit, lines):
    """Say whether a credit takes off money and not goods: it has another price."""
    prices = {round(line.price, PRICE_DIGITS) for line in lines}
    return bool(prices) and round(credit.price, PRICE_DIGITS) not in prices


def concern(wanted, shares):
    """Spread a quantity that is complained about over where the goods are billed.

    :param wanted: quantity complained about, of one delivery
    :param shares: ``[(bill id, quantity)]`` of that delivery, in order
    :returns: ``{bill id: quantity}``; the rest is not billed yet
    """
    result = {}
    for bill_id, quantity in shares:
        part = min(wanted, quantity)
        if part > EPSILON:
            result[bill_id] = part
            wanted -= part
    return result


def split_money(total, quantities, whole, round_amount):
    """Split the total of an invoice line over parts of its quantity.

    Each part gets the difference of two rounded sums, so the parts of a whole line add
    up to its total to the cent.

    :param total: amount of the line, with tax
    :param quantities: the parts, in order
    :param whole: quantity of the line
    :param round_amount: function that rounds an amount to the currency
    :returns: list of amounts, as long as ``quantities``
    """
    amounts, reached, given = [], 0.0, 0.0
    for quantity in quantities:
        reached += quantity
        upto = round_amount(total * min(reached / whole, 1)) if whole else 0.0
        amounts.append(round_amount(upto - given))
        given = upto
    return amounts


def spread_due(open_amounts, held):
    """Say what is due of each instalment when a part of the invoice is held.

    The hold lies on what falls due last, so that what is due first can be paid.

    :param open_amounts: ``[(key, open amount)]``, the first due first
    :param held: amount held of the whole invoice
    :returns: ``{key: amount that may be asked for}``
    """
    budget = max(sum(amount for _key, amount in open_amounts) - held, 0)
    result = defaultdict(float)
    for key, amount in open_amounts:
        part = max(min(amount, budget), 0)
        result[key] += part
        budget -= part
    return dict(result)
