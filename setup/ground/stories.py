"""Tell a story (`tests/story.py`) on a database of its own."""

import tempfile
from pathlib import Path

from . import REPO, SETUP, database
from .odoolog import bad_entries

STORY = REPO / "tests/story.py"
TELLER = SETUP / "ground/teller.py"
SECONDS = 900


def tell(space):
    """Print the story's lines; return its exit code and the log's bad entries."""
    origin = database.for_tests(space)
    with (
        tempfile.TemporaryDirectory() as folder,
        database.temporary(space, origin, "story") as name,
    ):
        log = Path(folder) / "odoo.log"
        code = space.call(["python", TELLER, STORY, name, log], timeout=SECONDS)
        return code, bad_entries(log.read_text()) if log.exists() else []
