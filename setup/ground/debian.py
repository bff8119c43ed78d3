"""Packages of Debian, fetched by an apt of our own: the system is not touched."""

import os
import re
import shlex
import shutil
from pathlib import Path

from .report import NETWORK_HINT, Problem, run

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# How apt prints what it would fetch: address, file, size, digest.
ARCHIVE = re.compile(r"^'\S+\.deb' ([^\s_]+)_", re.MULTILINE)


def mirror(remedy):
    """Return the address and the release of the Debian that this machine uses.

    Raises Problem, with the remedy, where there is none.
    """
    if not (shutil.which("apt-get") and KEYRING.exists()):
        raise Problem(f"this is not a Debian system, whose packages are needed{remedy}")
    listed = run(["apt-get", "update", "--print-uris"], "reading apt's sources")
    pattern = r"'(\S+/debian)/+dists/([a-z]+)/(?:In)?Release"
    found = re.search(pattern, listed)
    if not found:
        raise Problem(f"apt's sources name no Debian mirror; add one{remedy}")
    return found.groups()


def unpack(package, path, unwanted=()):
    """Unpack a .deb below `path`, leaving out what matches `unwanted`."""
    excluded = " ".join(shlex.quote(f"--exclude={pattern}") for pattern in unwanted)
    source, target = shlex.quote(str(package)), shlex.quote(str(path))
    pipe = (
        f"set -o pipefail; dpkg-deb --fsys-tarfile {source}"
        f" | tar -x --no-same-owner -C {target} --wildcards {excluded}"
    )
    run(["bash", "-c", pipe], f"unpacking {package.name}")


def version(package):
    """Return the version of a .deb."""
    return run(["dpkg-deb", "-f", package, "Version"], "reading the package").strip()


class Apt:
    """An apt with lists and settings of its own in `folder`, where it downloads to."""

    def __init__(self, folder, address, suites):
        self.folder = folder
        self.environment = _configure(folder / "apt", address, suites)
        update = ["apt-get", "update", "-o", "APT::Update::Error-Mode=any"]
        self._run(update, "reading Debian's package lists")

    def download(self, names, what):
        """Download packages; a name may say the suite or the version."""
        self._run(["apt-get", "download", *names], f"downloading {what}")

    def needs(self, names, families):
        """Return the packages that these need and the machine has not.

        What belongs to one of the `families`, by the start of its name, is always
        among them: it works with what is fetched beside it only.
        """
        ask = ["apt-get", "install", "--print-uris", "-y", "--no-install-recommends"]
        listed = self._run([*ask, *names], "reading what is needed")
        query = ["dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\n"]
        lines = run(query, "reading what is installed").splitlines()
        installed = {line.split()[-1] for line in lines if line.startswith("ii")}
        return [
            name
            for name in ARCHIVE.findall(listed)
            if name not in installed or name.startswith(families)
        ]

    def _run(self, command, what):
        return run(command, what, NETWORK_HINT, env=self.environment, cwd=self.folder)


def _configure(folder, address, suites):
    """Return the environment of an apt that knows only these suites."""
    for name in ("lists/partial", "cache/archives/partial", "empty"):
        (folder / name).mkdir(parents=True)
    sources = folder / "sources.list"
    sources.write_text(
        "".join(f"deb [signed-by={KEYRING}] {address} {s} main\n" for s in suites)
    )
    settings = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": folder / "empty",
        "Dir::Etc::preferencesparts": folder / "empty",
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    }
    config = folder / "apt.conf"
    config.write_text("".join(f'{k} "{v}";\n' for k, v in settings.items()))
    return {**os.environ, "APT_CONFIG": str(config)}
