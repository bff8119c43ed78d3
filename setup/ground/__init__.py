"""What every program in `setup/` stands on: Odoo, Python, PostgreSQL, databases."""

from pathlib import Path

SETUP = Path(__file__).resolve().parent.parent
REPO = SETUP.parent
# Where Odoo listens, unless told otherwise.
HOST = "127.0.0.1"
PORT = 8069
