"""Run a story in Odoo: `python teller.py STORY DATABASE LOGFILE [ADDRESS]`.

A story is a module with a function `tell(env)`, which prints a line per step or
yields them, and raises what it likes when a step does not hold. Odoo's web server
runs beside it, since what is printed fetches its styles there.

It may yield a line with what the step shows, a record or the path of a page. Then a
link to it follows the line, if there is an address where the database will be served.
"""

import runpy
import sys
from contextlib import contextmanager

import odoo.api
import odoo.http
import odoo.modules.registry
import odoo.service.server
import odoo.tools

HOST = "127.0.0.1"


def main(story, database, logfile, address=""):
    """Tell the story on a database; raise what the story raises."""
    odoo.tools.config.parse_config(
        ["-d", database, f"--logfile={logfile}", f"--http-interface={HOST}"],
        setup_logging=True,
    )
    registry = odoo.modules.registry.Registry(database)
    # Now the addons can be imported, and with them the kits of their tests.
    tell = runpy.run_path(story)["tell"]
    with serving() as url, registry.cursor() as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})
        env["ir.config_parameter"].set_param("report.url", url)
        for number, told in enumerate(tell(env) or (), start=1):
            line, shown = told if isinstance(told, tuple) else (told, None)
            print(f"{number:3}. {line}", flush=True)
            if address and shown:
                print(f"     {address}{find_path(shown)}", flush=True)
            # The database is the story's own, and requests see what is committed.
            cursor.commit()
        # Whoever serves it next listens elsewhere.
        env["ir.config_parameter"].set_param("report.url", False)
        cursor.commit()


def find_path(shown):
    """Return the path of a page: it itself, or that of a record's form."""
    if isinstance(shown, str):
        return shown
    model = shown._name if "." in shown._name else f"m-{shown._name}"
    return f"/odoo/{model}/{shown.id}"


@contextmanager
def serving():
    """Serve pages on any free port; yield the address."""
    server = odoo.service.server.ThreadedServer(odoo.http.root)
    server.port = 0
    server.http_spawn()
    try:
        yield f"http://{HOST}:{server.httpd.server_port}"
    finally:
        server.httpd.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
