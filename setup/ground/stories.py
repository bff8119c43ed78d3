"""Tell a story (`tests/story.py`) on a database of its own."""

import tempfile
from pathlib import Path

from . import REPO, SETUP, cache, database
from .odoolog import bad_entries

STORY = REPO / "tests/story.py"
TELLER = SETUP / "ground/teller.py"
SECONDS = 900


def tell(space):
    """Print the story's lines; return its exit code and the log's bad entries."""
    with database.temporary(space, database.for_tests(space), "story") as name:
        return tell_in(space, name)


def keep(space, address):
    """Do so in a database that stays; links to what is told begin with the address."""
    name = kept(space)
    with cache.lock(name):
        database.clone(space, database.for_tests(space), name)
        return tell_in(space, name, address)


def kept(space):
    """Return the name of the database that `keep` leaves."""
    return f"aftersales_kept_story_{space.checkout}"


def tell_in(space, name, address=""):
    """Tell the story in that database, with links if there is an address."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "odoo.log"
        command = ["python", TELLER, STORY, name, log, address]
        code = space.call(command, timeout=SECONDS)
        return code, bad_entries(log.read_text()) if log.exists() else []
