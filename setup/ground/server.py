"""Odoo's server beside this program: where it listens, and when it answers."""

import contextlib
import socket
import time
import urllib.request

from . import HOST
from .report import Problem

SECONDS_TO_START = 120


def find_ports(number=1):
    """Return that many ports on which nothing listens."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]


def wait_until_open(server, port):
    """Return when a page comes; raise Problem if the server ends or takes too long.

    It listens before it has read its addons.

    :param server: its process
    """
    deadline = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://{HOST}:{port}/web/login"),
        ):
            return
        time.sleep(0.2)
    raise Problem("the server did not start; its messages are above.")
