"""What dunning lays into the context for itself; no request can bring such objects.

See ``get_private`` of ``aftersales_case``.
"""


class OnlyItems(tuple):
    """Ids of the open items that a policy is asked about; all others are left out."""


class AllItems:
    """Says that a policy is asked about what is held as well."""


class RehearsedDay:
    """Says on which day something is tried that is undone afterwards."""

    def __init__(self, day):
        self.day = day


class Granted:
    """Says that a hold goes on for what was granted of another that ended."""


class DueAmounts(dict):
    """``{id of an open item: what may be asked for}`` while control lines are made."""


class LinesWorth(float):
    """What the invoice lines cost that a request for a hold names, with tax.

    Their goods are taken into the case once the hold is there.
    """


class AskedAmount(float):
    """What a payment code asks for, in the invoice's currency."""


class Payable(dict):
    """``{id of an open item: what a payment may pay of it}``, for the next matching only.

    :param discount: whether the payment was asked for less an early payment discount
    """

    def __init__(self, amounts, discount=False):
        super().__init__(amounts)
        self.discount = discount

    def take(self):
        """Return the amounts, once: what follows is matched as ever."""
        amounts = dict(self)
        self.clear()
        return amounts


class NoDiscount:
    """Says that no early payment discount is offered, because a part is in review."""


class Reminding:
    """Says that the text messages that are written ask for money.

    :param model: of the document that they are about, where the texts do not say it
    :param res_id: id of that
    """

    def __init__(self, model=None, res_id=None):
        self.model = model
        self.res_id = res_id
