"""The keys by which forms name goods. Pure Python: text in, values out."""

import re
from typing import NamedTuple

from .answers import LARGEST

DELIVERED = re.compile(r"m([0-9]{1,10})-([0-9]{1,10})")
KNOWN = re.compile(r"[0-9]{1,10}")


class GoodsKey(NamedTuple):
    """What a form names: a lot of a delivery's line, or a product alone."""

    move: int = 0
    lot: int = 0
    product: int = 0

    def __str__(self):
        return f"m{self.move}-{self.lot}" if self.move else str(self.product)


def read_key(typed):
    """Return the ``GoodsKey`` that a form names, or None for what is none.

    >>> read_key("m7-0"), read_key("5"), read_key("m7"), read_key("9" * 11)
    (GoodsKey(move=7, lot=0, product=0), GoodsKey(move=0, lot=0, product=5), None, None)
    """
    if match := DELIVERED.fullmatch(typed):
        key = GoodsKey(move=int(match[1]), lot=int(match[2]))
    elif KNOWN.fullmatch(typed):
        key = GoodsKey(product=int(typed))
    else:
        return None
    return key if max(key) <= LARGEST and (key.move or key.product) else None
