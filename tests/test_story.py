"""The story that `setup/story` tells: true at every change, not only when it is told."""

import re
from contextlib import contextmanager

import requests
from ground import HOST, database, stories
from ground.server import find_ports, wait_until_open

# Further steps may be added; those of the main job stay.
FEWEST_STEPS = 70
ADDRESS = "http://kept.example"
SECONDS = 120


def test_every_step_holds(space, capfd):
    """The story comes to its end without a warning, and shows what each step tells."""
    origin = database.for_tests(space)
    with database.temporary(space, origin, "story_test") as name:
        code, warnings = stories.tell_in(space, name, ADDRESS)
        told = capfd.readouterr().out
        lines = re.findall(r"^ *(\d+)\. ", told, re.MULTILINE)
        links = re.findall(rf"^ +{ADDRESS}(/\S+)$", told, re.MULTILINE)
        assert (code, warnings) == (0, []), told
        assert lines == [str(number) for number in range(1, len(lines) + 1)]
        assert len(lines) >= FEWEST_STEPS
        assert len(links) == len(lines), "a step shows nothing"
        with _serving(space, name) as url:
            assert _get_closed(url, name, links) == []


@contextmanager
def _serving(space, name):
    """Serve a database as `setup/run --story` does; yield the address."""
    [port] = find_ports()
    options = [f"--database={name}", f"--db-filter=^{name}$", "--max-cron-threads=0"]
    command = ["odoo", *options, f"--http-port={port}", "--log-level=warn"]
    with space.started(command) as server:
        wait_until_open(server, port)
        yield f"http://{HOST}:{port}"


def _get_closed(url, name, links):
    """Return the links that the administrator cannot open, with what they answer."""
    session, closed = requests.Session(), []
    login = {"db": name, "login": "admin", "password": "admin"}
    _ask(session, f"{url}/web/session/authenticate", **login)
    for link in dict.fromkeys(links):
        page = session.get(url + link, timeout=SECONDS)
        if page.status_code != requests.codes.ok:
            closed.append((link, page.status_code))
        elif record := re.fullmatch(r"/odoo/(?:m-)?([a-z._]+)/(\d+)", link):
            # The page comes whatever is on it.
            model, key = record.groups()
            answer = _ask(
                session,
                f"{url}/web/dataset/call_kw",
                model=model,
                method="web_read",
                args=[[int(key)]],
                kwargs={"specification": {"display_name": {}}},
            )
            if not answer.get("result"):
                closed.append((link, answer))
    return closed


def _ask(session, address, **params):
    body = {"jsonrpc": "2.0", "method": "call", "params": params}
    return session.post(address, json=body, timeout=SECONDS).json()
