"""What the tests that cross addons share."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "setup"))

from ground import workspace


def pytest_configure(config):
    """Declare the marker that says which features a test shows."""
    config.addinivalue_line("markers", "feature(*ids): the features this test shows")


@pytest.fixture(scope="session")
def space():
    """Return the prepared ground: Odoo and PostgreSQL outside this process."""
    with workspace.ready() as prepared:
        yield prepared
