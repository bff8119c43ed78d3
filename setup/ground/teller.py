"""Run a story in Odoo: `python teller.py STORY DATABASE LOGFILE`.

A story is a module with a function `tell(env)`, which prints a line per step or
yields them, and raises what it likes when a step does not hold.
"""

import runpy
import sys

import odoo.api
import odoo.modules.registry
import odoo.tools


def main(story, database, logfile):
    """Tell the story on a database; raise what the story raises."""
    tell = runpy.run_path(story)["tell"]
    odoo.tools.config.parse_config(
        ["-d", database, f"--logfile={logfile}", "--no-http"], setup_logging=True
    )
    registry = odoo.modules.registry.Registry(database)
    with registry.cursor() as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})
        for number, line in enumerate(tell(env) or (), start=1):
            print(f"{number:3}. {line}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
