"""What a link is for, and how its secret is kept.

Pure Python: values in, values out.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import NamedTuple


class LinkPurpose(NamedTuple):
    """What links of one kind are for.

    :param label: for colleagues, in their language
    :param valid: ``timedelta`` until such a link expires
    :param is_reusable: it opens and acts until it expires; otherwise it acts once
    """

    label: str
    valid: timedelta
    is_reusable: bool = True


def make_secret():
    """Return a secret that nobody guesses; the table keeps its digest only."""
    return secrets.token_urlsafe(32)


def digest(secret):
    """Return what is kept of a secret.

    >>> digest("x")[:12]
    '2d711642b726'
    """
    return hashlib.sha256(secret.encode()).hexdigest()
