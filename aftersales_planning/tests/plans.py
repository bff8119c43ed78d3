"""By which index PostgreSQL finds what is read: for tests and `setup/bench planning`."""

import re
from contextlib import contextmanager
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tools import SQL


@contextmanager
def reading():
    """Yield a list, which gets the texts of what is read from the database meanwhile."""
    execute, read = Cursor.execute, []

    def spy(cursor, *args, **kwargs):
        result = execute(cursor, *args, **kwargs)
        text = cursor.query.decode()
        if text.lstrip().startswith("SELECT"):
            read.append(text)
        return result

    with patch.object(Cursor, "execute", spy):
        yield read


def explain(env, table, action):
    """Return how PostgreSQL finds what an action reads of a table.

    :param action: a function; nothing is read before it
    :returns: list of plans, a text each
    """
    env.flush_all()
    env.invalidate_all()
    with reading() as read:
        action()
    named = re.compile(rf'(?:FROM|JOIN) "?{table}\b')
    asked = [SQL(text.replace("%", "%%")) for text in read if named.search(text)]
    return [
        "\n".join(row for (row,) in env.execute_query(SQL("EXPLAIN %s", one)))
        for one in asked
    ]
