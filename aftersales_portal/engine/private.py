"""What travels in the context of this addon: see the module of that name in the core."""

from dataclasses import dataclass

# The note about a change that is written anyway, in the context: a ``Noted``.
NOTED_KEY = "aftersales_portal_noted"


@dataclass(frozen=True, slots=True)
class Noted:
    """Says in the context that a note about what changes follows, with all of it."""


# An answer that says itself where its case goes, in the context: an ``Answered``.
ANSWERED_KEY = "aftersales_portal_answered"


@dataclass(frozen=True, slots=True)
class Answered:
    """Says in the context that the usual move after a customer's word is not made."""


# The letter that is written, in the context: a ``Letter``.
LETTER_KEY = "aftersales_portal_letter"


@dataclass(frozen=True, slots=True)
class Letter:
    """Says in the context which questions a letter asks when it is sent.

    :param question_ids: tuple of ids
    """

    question_ids: tuple
