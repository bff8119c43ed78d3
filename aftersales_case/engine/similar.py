"""How alike two titles are: shared trigrams, as PostgreSQL's pg_trgm counts them."""

import re


def trigrams(text):
    """Return the set of trigrams of a text; each word is padded, case does not count."""
    result = set()
    for word in re.findall(r"\w+", (text or "").lower()):
        padded = f"  {word} "
        result |= {padded[start : start + 3] for start in range(len(padded) - 2)}
    return result


def similarity(one, other):
    """Return the share of common trigrams, from 0 (nothing) to 1 (the same words)."""
    return overlap(trigrams(one), trigrams(other))


def overlap(left, right):
    """Return the share of common trigrams of two sets of them, from 0 to 1."""
    if not left or not right:
        return 0.0
    return len(left & right) / len(left | right)
