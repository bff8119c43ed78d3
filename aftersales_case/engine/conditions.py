"""Conditions of field rules: plain comparisons, the same on every surface.

Values are plain: text, numbers, booleans, ids, or lists of ids and tags. None, an empty
text and an empty list are no answer, and equal nothing: not "no", not 0, not "".
"""

IS, IS_NOT, IN, NOT_IN, SET, NOT_SET = "=", "!=", "in", "not in", "set", "not set"
OPERATORS = [
    (IS, "is"),
    (IS_NOT, "is not"),
    (IN, "is one of"),
    (NOT_IN, "is none of"),
    (SET, "is filled in"),
    (NOT_SET, "is empty"),
]


def parse(text):
    """Return the list of values that a condition names, separated by commas."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def holds(operator, value, wanted):
    """Say whether a value fulfils a condition.

    :param operator: one of ``OPERATORS``
    :param value: the value of the field: text, number, boolean, None, or a list
    :param wanted: list of the texts that the condition names, see :func:`parse`
    :raises ValueError: for an unknown operator
    """
    if operator in (SET, NOT_SET):
        return _is_set(value) == (operator == SET)
    matches = _matches(value, wanted)
    if operator in (IS, IN):
        return matches
    if operator in (IS_NOT, NOT_IN):
        return not matches
    raise ValueError(operator)


def hold(comparisons, values):
    """Say whether all comparisons hold.

    :param comparisons: ``(key, operator, text that is compared with)`` of each
    :param values: ``{key: value}``, see :func:`holds`
    """
    return all(
        holds(operator, values.get(key), parse(text))
        for key, operator, text in comparisons
    )


def _is_set(value):
    return value is not None and value not in ("", [], ())


def _matches(value, wanted):
    values = value if isinstance(value, (list, tuple)) else [value]
    return any(_same(one, text) for one in values for text in wanted)


def _same(value, text):
    if not _is_set(value):
        return False
    if isinstance(value, bool):
        return text.lower() in (("true", "yes", "1") if value else ("false", "no", "0"))
    if isinstance(value, (int, float)):
        try:
            return float(text) == value
        except ValueError:
            return False
    return str(value).lower() == text.lower()
