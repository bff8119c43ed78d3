"""What travels in the context of this addon: see the module of that name in the core."""

from dataclasses import dataclass

# The note about a change that is written anyway, in the context: a ``Noted``.
NOTED_KEY = "aftersales_portal_noted"


@dataclass(frozen=True, slots=True)
class Noted:
    """Says in the context that a note about what changes follows, with all of it."""
