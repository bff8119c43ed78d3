"""What the lines of a document are worth, and what of it is disputed: values in and out.

All amounts are in the document's currency and with tax.

* A line is worth its total, less its part of what is taken off the document as a whole:
  a negative line without goods is spread over the lines with the same taxes.
* What nobody disputes is due to the cent: who disputes the rest bears what rounding
  leaves. Where everything is disputed, he bears the rounding of the document, too.
"""

from dataclasses import dataclass

EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document. ``group`` tells lines apart that share no discount.

    ``is_apart`` is what takes no part in it: down payments, and goods taken back.
    """

    id: int
    total: float
    quantity: float = 1.0
    group: object = None
    is_apart: bool = False


def get_worths(lines, total, round_amount):
    """Say what each line of a document is worth, and what rounding adds to all of them.

    :param lines: ``Line`` iterable
    :param total: total of the document
    :param round_amount: function that rounds an amount to the currency
    :returns: ``{line id: amount}`` of the lines that are worth something, and the rest
    """
    lines = list(lines)
    goods = [line for line in lines if line.total > 0 and not line.is_apart]
    worths = {line.id: line.total for line in goods}
    spread = 0.0
    for line in lines:
        if line.total >= 0 or line.is_apart:
            continue
        bearers = [other for other in goods if other.group == line.group] or goods
        shares = split(line.total, [other.total for other in bearers], round_amount)
        for other, share in zip(bearers, shares, strict=True):
            worths[other.id] = round_amount(worths[other.id] + share)
            spread += share
    known = sum(line.total for line in lines if line.is_apart or line.total > 0)
    return worths, round_amount(total - known - spread)


def dispute(worths, rest, due, round_amount):
    """Say what of some lines is disputed when a share of each is due.

    :param worths: first result of ``get_worths``
    :param rest: its second one
    :param due: ``{line id: share of the line that nobody disputes, from 0 to 1}``
    :returns: ``{line id: amount}``

    >>> dispute({1: 0.05}, 0, {1: 0.5}, lambda amount: round(amount + 1e-9, 2))
    {1: 0.02}
    """
    amounts = {}
    for key, share in due.items():
        worth = worths.get(key, 0.0)
        owed = round_amount(worth * share) if share > EPSILON else 0.0
        amounts[key] = max(round_amount(worth - owed), 0.0)
    if rest and worths and all(due.get(key, 1) <= EPSILON for key in worths):
        last = max(worths)
        amounts[last] = max(round_amount(amounts[last] + rest), 0.0)
    return amounts


def split(total, weights, round_amount):
    """Split an amount by weights; the parts add up to it.

    Each part gets the difference of two rounded sums.
    """
    whole = sum(weights)
    amounts, reached, given = [], 0.0, 0.0
    for index, weight in enumerate(weights, 1):
        reached += weight
        if index == len(weights):
            upto = total
        else:
            upto = round_amount(total * reached / whole) if whole else 0.0
        amounts.append(round_amount(upto - given))
        given = upto
    return amounts
