"""What travels in the context and must not be taken from a request.

The context of a request is the caller's: any key can come with any plain value. What
switches a rule off, or says that something happened already, is therefore an object of a
class of ours; no request can bring one.
"""

from dataclasses import dataclass

# What makes the messages that are sent, in the context: an ``Automatic``.
AUTOMATIC_KEY = "aftersales_automatic"


@dataclass(frozen=True, slots=True)
class Automatic:
    """Says in the context that what is sent is no person's word.

    :param reason: key of what makes it, one of the ``REPLY_…`` constants or a sibling's
    """

    reason: str


def get_private(context, key, kind):
    """Return the object of ours under a key of a context, or None for anything else.

    :param context: the mapping, such as ``env.context``
    :param key: name of the key
    :param kind: the class that the object must be of
    """
    value = context.get(key)
    return value if isinstance(value, kind) else None
