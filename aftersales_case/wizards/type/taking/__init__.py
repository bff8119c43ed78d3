"""Takes a checked package over: finds or makes what is in it."""

from .taker import Taker

__all__ = ["Taker"]
