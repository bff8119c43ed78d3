"""What is disputed of a line of an invoice. Pure Python: numbers in, numbers out."""


def dispute_quantity(total, billed, concerned):
    """Return what a part of the billed quantity costs.

    :param total: what the line costs, with tax

    >>> dispute_quantity(121.0, 10, 2)
    24.2
    """
    return total * min(max(concerned, 0), billed) / billed if billed > 0 else 0.0


def dispute_price(total, billed, agreed):
    """Return what a line costs more than at the agreed price; never less than nothing.

    :param total: what the line costs, with tax
    :param billed: price of one, after discount
    :param agreed: price of one in the same terms

    >>> dispute_price(121.0, 10.0, 7.5)
    30.25
    """
    return total * max(billed - max(agreed, 0), 0) / billed if billed > 0 else 0.0
