"""Packages of JavaScript that tests need, made from the lock."""

import hashlib
import os
import shutil

from . import SETUP, cache, python
from .report import NETWORK_HINT, run, step

FILES = (SETUP / "package.json", SETUP / "package-lock.json")


def install():
    """Return the folder that holds the packages."""
    content = b"".join(path.read_bytes() for path in FILES)
    key = hashlib.sha256(content).hexdigest()[:12]
    return cache.build(cache.folder() / f"npm-{key}", _make) / "node_modules"


def _make(path):
    """Install the lock into `path`."""
    for file in FILES:
        shutil.copy(file, path)
    environment = dict(os.environ)
    if python.SYSTEM_CERTIFICATES.exists():
        # Node knows only its own.
        environment["NODE_EXTRA_CA_CERTS"] = str(python.SYSTEM_CERTIFICATES)
    with step("installing JavaScript packages"):
        run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            "installing JavaScript packages from npm",
            NETWORK_HINT,
            cwd=path,
            env=environment,
        )
