"""One miss that several sides would have paid for is paid for once: values, no ORM.

Amounts are ``Decimal``, of one currency.
"""

from decimal import Decimal
from typing import NamedTuple


class Part(NamedTuple):
    """What one rule makes of a miss.

    :param side: under which terms; those of one side add up
    :param amount: before it is known what others owe for the miss
    :param following: what it becomes next
    :param kept: what is owed of it whatever others owe; None where that is open
    """

    key: object
    side: object
    amount: Decimal
    following: Decimal
    kept: Decimal | None = None


def owe_once(parts):
    """Say what is left to owe of each part, so that all come to the dearest side.

    What stands already stays; the sides after it add only what they are dearer by.

    :param parts: ``Part`` list, side by side in order of time
    :returns: ``{key: (amount, following)}`` of those that are open
    """
    left, owed, most = {}, Decimal(0), Decimal(0)
    for side in dict.fromkeys(part.side for part in parts):
        mine = [part for part in parts if part.side == side]
        owed += sum(part.kept or 0 for part in mine)
        room_next = max(most, sum(part.following for part in mine)) - owed
        most = max(most, sum(part.amount for part in mine))
        room = most - owed
        for part in mine:
            if part.kept is not None:
                continue
            amount = max(min(part.amount, room), Decimal(0))
            following = max(min(part.following, room_next), Decimal(0))
            left[part.key] = amount, following
            room -= amount
            room_next -= following
            owed += amount
    return left
