"""What holds for whatever values: hypothesis draws them, the same ones in every run."""

from unittest import skipIf

try:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
except ImportError:
    st = None

needs_hypothesis = skipIf(st is None, "hypothesis is not installed")


def drawn(*strategies, examples):
    """Return a decorator of a check: called, it runs with so many drawn values."""
    return lambda check: settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )(given(*strategies)(check))
