"""Programs and libraries of the operating system, installed by apt where allowed."""

import ctypes.util
import os
import shutil

from .report import NETWORK_HINT, Problem, run, step

CHROMIUM = ("chromium", ("chromium", "chromium-browser", "google-chrome"))
DOVECOT = ("dovecot-imapd", ("dovecot",))
GIT = ("git", ("git",))
NODE = ("nodejs", ("node",))
NPM = ("npm", ("npm",))
TEST_PROGRAMS = (CHROMIUM, DOVECOT, GIT, NODE, NPM)
# What wkhtmltopdf links to.
LIBRARIES = (
    ("libxrender1", "Xrender"),
    ("libfontconfig1", "fontconfig"),
    ("libfreetype6", "freetype"),
    ("libxext6", "Xext"),
    ("libx11-6", "X11"),
)


def require(programs=()):
    """Make sure the libraries and `programs` are there.

    Installs what is missing as root; raises Problem with the command otherwise.
    """
    missing = _missing(programs)
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() or not shutil.which("apt-get"):
        raise Problem(
            f"missing on this machine: {', '.join(missing)}; "
            f"install with: sudo {' '.join(command)}"
        )
    with step(f"installing system packages: {', '.join(missing)}"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run(["apt-get", "update"], "apt-get update", NETWORK_HINT, env=quiet)
        run(command, "installing system packages", NETWORK_HINT, env=quiet)
    if left := _missing(programs):
        raise Problem(f"still missing after installing: {', '.join(left)}.")


def _missing(programs):
    """Return the Debian packages whose program or library is not found."""
    # A user's path often lacks the folder where Debian puts servers.
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    packages = [
        package
        for package, names in programs
        if not any(shutil.which(name, path=path) for name in names)
    ]
    return packages + [
        package for package, name in LIBRARIES if not ctypes.util.find_library(name)
    ]
