"""What dunning lays into the context for itself; no request can bring such objects.

See ``get_private`` of ``aftersales_case``.
"""


class OnlyItems(tuple):
    """Ids of the open items that a policy is asked about; all others are left out."""


class DueAmounts(dict):
    """``{id of an open item: what may be asked for}`` while control lines are made."""


class AskedAmount(float):
    """What a payment code asks for, in the invoice's currency."""
