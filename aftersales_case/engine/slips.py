"""Numbers of delivery slips, as people type and scan them.

Pure Python: text in, text out.
"""


def slip_key(number):
    """Return what two ways of writing the same number have in common, or None.

    >>> slip_key(" wh / OUT/00042 ")
    'wh/out/00042'
    """
    return "".join((number or "").split()).lower() or None


def slip_patterns(number):
    """Return patterns for ``=ilike`` that find a number as it was typed, or unspaced."""
    typed = " ".join((number or "").split())
    escaped = typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return list(dict.fromkeys([escaped, escaped.replace(" ", "")]))
